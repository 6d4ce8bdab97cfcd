// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_HTTP_FETCH_HPP
#define OMS_AUTH_HTTP_FETCH_HPP

// One request to a service that hands out credentials, over a connection of
// its own.

#include "auth/credential_book.hpp"
#include "policy/durations.hpp"
#include "transport/clock.hpp"
#include "transport/dialer.hpp"
#include "transport/proxy_route.hpp"
#include "wire/url.hpp"

#include <oms/config.hpp>
#include <oms/credentials.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace oms::transport {
class tls_reloader;
}

namespace oms::auth {

using tls_ptr = std::shared_ptr<transport::tls_reloader>;

struct fetch_request {
    wire::authority to;
    bool secure = true;  ///< Else plain HTTP, directly; its reply's header is mended where it may be.
    tls_ptr trust;       ///< Whom to trust; null: whom the client trusts.
    std::string head;    ///< Request line and headers, each with its end, but for `Host` and what frames the body.
    std::string body;    ///< Wiped, as the head is.
    std::size_t body_limit = 64 * 1024;  ///< Of the reply.
    duration connect_limit = durations::fetch_connected_within;
    /// For the same, while the host has another address to go to.
    duration address_limit = duration::max();
    duration reply_limit = unlimited;            ///< From the connection on.
    duration limit = durations::fetched_within;  ///< Of the whole.
};

struct fetch_result {
    error_code code;   ///< Why there is no reply.
    std::string text;  ///< The same for people.
    moment at;         ///< When it ended.
    unsigned status = 0;
    secret subject_token;  ///< `X-Subject-Token`.
    std::string date;      ///< `Date`.
    secret body;
};

/// Called once, on the strand of the request.
using fetch_handler = std::function<void(fetch_result)>;

/// A request under way. On its strand, or while the context goes.
class fetch {
public:
    virtual ~fetch() = default;
    /// Gives it up: the handler is dropped.
    virtual void abandon() noexcept = 0;
    /// The same where the execution context goes: keeps nothing of it.
    virtual void leave_context() noexcept = 0;
};

/// What a client lends to the library's own sources of credentials. Thread safe.
class http_fetcher {
public:
    struct ways {
        std::shared_ptr<transport::dialer> secure;
        std::function<std::shared_ptr<transport::dialer>(tls_ptr const& trust)> secure_by;
        std::shared_ptr<transport::dialer> plain;             ///< Without TLS and proxy.
        std::shared_ptr<transport::proxy_route const> proxy;  ///< Of the others; may be null.
        std::function<std::unique_ptr<transport::clock>()> make_clock;
        std::shared_ptr<observer> watcher;  ///< May be null.
    };

    http_fetcher(ways by, std::string user_agent);

    /// Nothing: the context is gone.
    std::optional<moment> now() const;
    std::string const& user_agent() const noexcept { return user_agent_; }
    /// Called with no lock held.
    void warn(std::string_view code, std::string_view text) const;

    /// @param strand  Everything happens on it, this call included.
    std::shared_ptr<fetch> start(boost::asio::any_io_executor const& strand, fetch_request request,
                                 fetch_handler handler) const;

    /// The context goes.
    void leave_context() noexcept;

private:
    std::string const user_agent_;
    std::shared_ptr<observer> const watcher_;
    mutable std::mutex mutex_;
    // Empty once the context is gone.
    ways by_;
    std::unique_ptr<transport::clock> time_;
};

}  // namespace oms::auth

namespace oms::detail {

/// What a client puts into its requests for the library's own sources.
struct lent_network {
    static void put(credential_request& into, std::shared_ptr<auth::http_fetcher> const& network) noexcept {
        into.network_ = network;
    }
    /// Null: no client has made this request, or it is gone.
    static std::shared_ptr<auth::http_fetcher> of(credential_request const& request) noexcept {
        return std::static_pointer_cast<auth::http_fetcher>(request.network_.lock());
    }
};

}  // namespace oms::detail

#endif
