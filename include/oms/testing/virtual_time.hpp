// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_VIRTUAL_TIME_HPP
#define OMS_TESTING_VIRTUAL_TIME_HPP

/// @file
/// Clients and simulators without sockets, threads and waiting.

#include <oms/detail/export.hpp>
#include <oms/detail/one_build.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace oms::testing {

class memory_world;

/// A time that a test moves, and a network in memory, for the clients of one `io_context`.
///
/// ```cpp
/// boost::asio::io_context context;
/// oms::testing::virtual_time time(context);
/// oms::testing::simulator sim(time, options);
/// oms::client client(context, sim.client_config());
/// // … an operation begins …
/// time.run_until([&] { return done; });  // hours of it take a moment
/// ```
///
/// Clients that are made in the context from now on see this time: back-off, limits, pace, the life of credentials and
/// the query's time are its. They reach the simulators that were made with it, and nothing else; no socket is opened.
/// What the library does above TLS is the same code as ever. There is no TLS, no proxy and no look-up of names:
/// `localhost` and `127.0.0.1` are there, and no other host.
///
/// Time stands still while a handler of the context is ready, and jumps to what is planned next. Timers of the test's
/// own run in real time, and nothing waits for them. It begins as the machine's clocks are.
///
/// **Threads.** Everything belongs to one thread: this object, its simulators, its clients, and what completes their
/// sources of credentials. **Lifetime.** The context may go first; then no time passes any more.
class OMS_DECL virtual_time {
public:
    /// Gives the context this time, for its life.
    /// @throws std::invalid_argument  the context has one already: it stays for the context's life.
    explicit virtual_time(boost::asio::io_context& context);
    ~virtual_time();
    virtual_time(virtual_time const&) = delete;
    virtual_time& operator=(virtual_time const&) = delete;

    /// How much has passed.
    std::chrono::nanoseconds elapsed() const noexcept;
    std::chrono::steady_clock::time_point now() const noexcept;  ///< What the clients take for the steady clock's time.
    std::chrono::system_clock::time_point wall() const noexcept;  ///< What they take for the wall clock's.

    /// Runs what is ready, and what that makes ready. No time passes. Exceptions of handlers pass through, here as
    /// below; they cost nothing else.
    void poll();
    /// Runs what is ready and what is planned while so much time passes.
    /// @param duration  Below 0 counts as 0, and what exceeds ten years as ten years; here as below.
    void run_for(std::chrono::nanoseconds duration);
    /// Runs what is ready and what is planned until `done` says so.
    /// @param done     Asked before each handler.
    /// @param at_most  Nothing that is planned for later happens. It gives up then, and where nothing is planned any
    ///                 more; the time is that of what happened last.
    /// @return what `done` says at last.
    bool run_until(std::function<bool()> const& done, std::chrono::nanoseconds at_most = std::chrono::hours(24));

private:
    friend class simulator;

    std::shared_ptr<memory_world> const world_;
};

}  // namespace oms::testing

#endif
