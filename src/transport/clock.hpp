// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_CLOCK_HPP
#define OMS_TRANSPORT_CLOCK_HPP

// Where the time comes from, and who wakes a sleeper: a client's only source of
// it, so that tests can be theirs.

#include "transport/reply.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>

namespace oms::transport {

/// Who is woken. Held weakly: a wake-up that comes too late finds nobody.
class sleeper {
public:
    virtual ~sleeper() = default;
    virtual void on_wake() = 0;
};

class clock : public time_source {
public:
    virtual std::chrono::system_clock::time_point wall() const noexcept = 0;

    /// Wakes the sleeper at `when`, or a little later; forgets an earlier order.
    virtual void wake_at(std::chrono::steady_clock::time_point when, std::weak_ptr<sleeper> who) = 0;
    /// Forgets the order: it keeps no `run()` busy any more.
    virtual void forget() noexcept = 0;
    /// The execution context goes: it wakes nobody any more, and only tells the time.
    virtual void leave_context() noexcept = 0;
};

/// Real time, by one timer of the executor.
std::unique_ptr<clock> make_system_clock(boost::asio::any_io_executor executor);

}  // namespace oms::transport

#endif
