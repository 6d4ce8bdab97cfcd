// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_NAME_CACHE_HPP
#define OMS_TRANSPORT_NAME_CACHE_HPP

// Host names -> addresses: one look-up at a time for a host, its answer shared
// and kept. A look-up of the system cannot be cancelled, so a caller that
// gives up leaves, and the answer is kept for the next.

#include "policy/durations.hpp"
#include "policy/single_flight.hpp"

#include <oms/resolver.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace oms::transport {

using address_list = std::vector<boost::asio::ip::address>;

class name_cache : public std::enable_shared_from_this<name_cache> {
public:
    /// Takes `errc::host_not_found` or `errc::resolve_failed`, with the system's error as the second.
    using handler = std::function<void(error_code code, error_code cause, address_list const& addresses)>;
    using time_point = std::chrono::steady_clock::time_point;

    name_cache(boost::asio::any_io_executor const& executor, std::shared_ptr<host_resolver> resolver);

    /// Completes at once where the answer is known, else from any thread.
    /// @param who  Waits for it: once it is gone, `done` may go uncalled.
    void resolve(std::string const& host, time_point now, std::weak_ptr<void const> who, handler done);

    /// No address of the host can be connected: the next look-up asks again.
    void distrust(std::string const& host) noexcept;

    /// Nobody waits any more, and the context may go: a resolver of the user's may outlive it, and answers nobody.
    void close() noexcept;

private:
    struct waiter {
        std::weak_ptr<void const> who;
        handler tell;
    };
    struct entry {
        void wait(waiter w);

        address_list addresses;
        time_point learnt{};
        time_point asked{};
        time_point asked_last{};
        std::chrono::steady_clock::duration patience = durations::look_up_forgotten_after;
        bool distrusted = false;
        policy::single_flight<std::vector<waiter>> flight;
    };

    struct question;

    void ask(std::shared_ptr<question const> const& q);
    void answer(question const& q, error_code ec, address_list addresses);

    std::optional<boost::asio::ip::tcp::resolver> system_;  // only where there is no custom one
    std::shared_ptr<host_resolver> const custom_;
    // While those that wait are told; taken before the other. Who is told may ask again, a resolver may answer inside
    // that, and the last of them may take the cache's owner with it: all on this same thread.
    std::recursive_mutex telling_;
    bool closed_ = false;
    std::mutex mutex_;
    std::uint64_t questions_ = 0;
    std::unordered_map<std::string, entry> entries_;
};

}  // namespace oms::transport

#endif
