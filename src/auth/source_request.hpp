// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_SOURCE_REQUEST_HPP
#define OMS_AUTH_SOURCE_REQUEST_HPP

// One request to a source that asks over the network: what waits for it, and
// what is done for it in its client's execution context.

#include "auth/context_object.hpp"
#include "auth/http_fetch.hpp"

#include <oms/credentials.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace oms::auth {

/// Owned by its execution context; the source knows it weakly. It ends once:
/// answered, cancelled, or because its context goes.
class source_request final : public context_object, public std::enable_shared_from_this<source_request> {
public:
    using ended = std::function<void(source_request&)>;
    /// Code, credential and reason, as another source has answered.
    using answer_handler = std::function<void(error_code, credential, std::string)>;

    /// Takes a request over. Null: it cannot be done, and the handler was told.
    /// @param at_end  Called once, with no lock held, before the handler is; it keeps the source alive meanwhile.
    static std::shared_ptr<source_request> make(credential_request request, credential_handler handler, ended at_end);

    source_request(credential_request&& request, credential_handler&& handler, moment asked, ended&& at_end);

    std::string const project_id;
    std::string const region;
    moment const asked;
    std::chrono::steady_clock::time_point const deadline;
    std::uint64_t turn = 0;  ///< Guarded by the source's lock: that it has; others wait for its end. 0: none.
    unsigned tries = 0;      ///< Likewise: how many turns it has had, where it may have several.

    /// From any thread: runs `f` on its strand, unless it has ended by then. False: it has ended. Where there is no
    /// memory for what `f` does, it ends so.
    bool post(std::function<void()> f);
    /// From any thread: ends it.
    void post_end(error_code code, credential value, std::string reason);

    // On its strand.
    /// Sends a request; `done` is not called where the request ends before.
    void send(fetch_request request, fetch_handler done);
    /// Asks another source, as its own client would, for a project that may be another one; `done` is not called where
    /// the request ends before.
    void ask(credentials_provider& of, std::string of_project, answer_handler done);
    /// Nothing: its client has ended.
    std::optional<moment> now() const;
    /// Also where nothing happens on its strand yet.
    void end(error_code code, credential value, std::string reason);
    /// Tells the client's observer.
    void warn(std::string_view code, std::string_view text) const;
    std::string const& user_agent() const noexcept { return user_agent_; }

private:
    struct inquiry;
    using inquiry_ptr = std::shared_ptr<inquiry>;

    void leave_context() noexcept override;
    bool over();
    template <class Work>
    void step(Work&& work);
    void take(inquiry_ptr const& q, error_code code, credential value, std::string reason);
    void answered(inquiry_ptr const& q, error_code code, credential value, std::string reason);
    void finish(error_code code, credential&& value, std::string&& reason, bool on_strand);

    std::weak_ptr<http_fetcher> const network_;
    std::string user_agent_;
    ended at_end_;
    std::mutex mutex_;                     // no other is taken under it but those of Asio
    boost::asio::any_io_executor strand_;  // empty once it has ended
    boost::asio::cancellation_slot slot_;
    credential_handler handler_;
    inquiry_ptr inquiry_;               // open at another source
    std::shared_ptr<fetch> under_way_;  // on the strand
};

using source_request_ptr = std::shared_ptr<source_request>;

}  // namespace oms::auth

#endif
