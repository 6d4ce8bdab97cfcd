// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_ENGINE_HPP
#define OMS_CLIENT_ENGINE_HPP

// The engine under one lock: it tells a call's machine what has happened, and
// does what that says. It owns the lock, the time, and the calls. What else is
// under the lock has an owner of its own: endpoints, credentials, bulk
// operations, what waits for memory, and the client's end.
//
// What needs the lock has the step that holds it as a parameter.

#include "client/bulk_registry.hpp"
#include "client/call_driver.hpp"
#include "client/call_table.hpp"
#include "client/client_end.hpp"
#include "client/counters.hpp"
#include "client/credential_desk.hpp"
#include "client/deferred_actions.hpp"
#include "client/endpoint_directory.hpp"
#include "client/redelivery.hpp"
#include "client/settings.hpp"
#include "policy/time_queue.hpp"
#include "transport/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/assert.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace oms::detail {

/// One step of the client: its lock, held; the time, read once; and what is to be done when the lock is gone.
class step {
public:
    step(engine& of, deferred_actions& to);
    /// Completes what only waited for the step, sets the timer, and lets go of the lock.
    void unlock() noexcept;
    /// The same, and does what was noted.
    void end() {
        unlock();
        deferred.run();
    }
    bool holds() const noexcept { return held_.owns_lock(); }

private:
    std::unique_lock<std::mutex> held_;
    engine& engine_;

public:
    deferred_actions& deferred;
    time_point const now;
};

class engine {
public:
    engine(client_core& of, settings const& rules, transport::clock& time);
    engine(engine const&) = delete;
    engine& operator=(engine const&) = delete;

    settings const& rules() const noexcept { return settings_; }
    client_config const& config() const noexcept { return settings_.config; }
    bool observed() const noexcept { return config().observer != nullptr; }
    transport::clock& time() const noexcept { return time_; }
    std::mutex& mutex() const noexcept { return mutex_; }

    // All that follows: under the lock.
    policy::time_queue times;
    call_table calls;
    counters counted;
    call_driver driver;
    client_end ending;
    credential_desk credentials;
    endpoint_directory endpoints;
    bulk_registry bulks;
    redelivery undelivered;

    std::uint64_t next_id() noexcept { return next_id_++; }
    std::uint64_t random() noexcept { return random_(); }
    client_core& of() const noexcept { return core_; }

    timeout_options const& limits_of(call const& c) const noexcept { return c.own ? c.own->limits : config().timeouts; }
    retry_options const& retry_of(call const& c) const noexcept { return c.own ? c.own->retry : config().retry; }
    /// Some limiter may hold a call back, from now on.
    void paces() noexcept { paced_.store(true, std::memory_order_relaxed); }
    /// Nearly always false; needs no lock.
    bool paced() const noexcept { return paced_.load(std::memory_order_relaxed); }

    /// Takes a call on. Where it throws, nothing began, and the call is still the caller's.
    /// @param field  What is wrong with it, if it is refused for that.
    void begin(step& s, std::unique_ptr<call>&& owned, error_code wrong, std::string& field);

    /// Cancels the calls that are `wanted`.
    /// @return  How many completed as cancelled.
    template <class Wanted>
    std::size_t cancel(step& s, Wanted wanted) noexcept {
        auto const before = counted.of(condition::cancelled);
        calls.for_each([&](call& c) {
            if (wanted(std::as_const(c))) driver.feed(s, c, oms::call::event::kind::cancel);
        });
        endpoints.for_each([&](endpoint& e) { e.pump(s); });
        return static_cast<std::size_t>(counted.of(condition::cancelled) - before);
    }
    /// Somebody waits until nothing of the callers' is under way.
    void wait_idle(std::unique_ptr<any_pending_completion> wait) noexcept { idle_waits_.push(std::move(wait)); }
    /// Somebody waits until so many connections are open.
    /// @throws std::bad_alloc  Then it is still the caller's.
    void warm_up(step& s, std::unique_ptr<warm_ups::wait_type>&& wait, warm_up_options const& options);
    /// @return  How many there were.
    std::size_t end_warm_ups(step& s, errc why) const noexcept;
    /// One waits no more, for that or for the end.
    std::unique_ptr<any_pending_completion> take_wait(std::uint64_t id) noexcept;
    /// Those that have waited long enough, for nothing to be under way.
    completion_chain idle() noexcept;

    /// Whatever goes on ends now.
    void end_all(step& s) noexcept;
    /// The client is to end: what may not go on does so now.
    void drain(step& s) noexcept;
    /// The end of whatever happened: completes what only waited for it, and sets the timer.
    void settle(step& s) noexcept;
    /// The timer has come.
    /// @return  What is to be let go of without the lock.
    auth::begun_chain on_time(step& s) noexcept;
    void arm() noexcept;

    /// What is left where the context goes, to be destroyed without the lock.
    struct remains {
        std::vector<std::unique_ptr<call>> calls;
        endpoint_directory::map endpoints;
        completion_chain waits;
        redelivery::contents undelivered;
        std::vector<bulk_registry::entry> bulks;
    };
    /// The context goes: nothing begins or ends any more.
    remains abandon() noexcept;

private:
    error_code refusal_of(call const& c, std::optional<time_point> named, time_point now, std::string& field) const;
    error_code find_its_way(step& s, call& c, std::string& field);
    void end(step& s) noexcept;

    client_core& core_;
    settings const& settings_;
    transport::clock& time_;
    mutable std::mutex mutex_;
    boost::asio::any_io_executor busy_;  // with outstanding work, while there are calls
    time_point armed_ = time_point::max();
    completion_chain idle_waits_;
    std::uint64_t next_id_ = 1;
    std::mt19937_64 random_;
    std::atomic<bool> paced_;
};

inline step::step(engine& of, deferred_actions& to)
    : held_(of.mutex()), engine_(of), deferred(to), now(of.time().now()) {}

inline void step::unlock() noexcept {
    BOOST_ASSERT(holds());
    engine_.settle(*this);
    held_.unlock();
}

}  // namespace oms::detail

#endif
