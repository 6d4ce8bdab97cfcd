// SPDX-License-Identifier: BSL-1.0
#include "client/engine.hpp"

#include "client/client_core.hpp"

#include <boost/asio/prefer.hpp>

#include <algorithm>
#include <utility>

namespace oms::detail {

engine::engine(client_core& of, settings const& rules, transport::clock& time)
    : driver(*this),
      ending(times),
      credentials(*this, rules.config),
      endpoints(*this),
      bulks(times),
      undelivered(times),
      core_(of),
      settings_(rules),
      time_(time),
      random_(rules.config.random_seed ? *rules.config.random_seed : std::random_device()()),
      paced_(rules.config.throttle.rate < policy::rate_limiter::no_limit ||
             rules.config.throttle.per_project_rate < policy::rate_limiter::no_limit) {}

void engine::begin(step& s, std::unique_ptr<call>&& owned, error_code wrong, std::string& field) {
    call& c = *owned;
    bool const again = c.begun_before;
    c.returned_for = call::return_reason::none;
    c.got_reply = false;
    if (!again) {
        c.id = next_id();
        c.begun = c.phase_begun = s.now;
    }
    // What waited with nothing sent has all its time before it.
    if (!c.any_sent()) c.deadline = later(s.now, limits_of(c).total);
    auto const named = c.own ? c.own->options.deadline : std::nullopt;
    if (named) c.deadline = std::min(c.deadline, *named);
    if (!wrong) wrong = refusal_of(c, named, s.now, field);
    bool const had_work = static_cast<bool>(busy_);
    try {
        if (!had_work) busy_ = boost::asio::prefer(core_.executor(), boost::asio::execution::outstanding_work.tracked);
        times.reserve();
        c.index = calls.reserve();
        core_.watch_slot(c);
        if (!wrong) wrong = find_its_way(s, c, field);
    } catch (...) {
        if (c.slot.is_connected()) c.slot.clear();
        if (!had_work) busy_ = {};
        c.to = nullptr;
        throw;
    }

    // From here on nothing fails: whatever becomes of it, the call completes.
    times.admit(c);
    calls.add(std::move(owned));
    if (!again) {
        ++counted.calls;
        s.deferred.notify([&] {
            call_begin_event e;
            e.call = context_of(c);
            e.operation = c.machine.asked().kind;
            return event_note(e, c.own, c.task);
        });
    }
    if (c.lane != nullptr) {
        ++c.lane->pending;
        bool const full = c.lane->pending - c.lane->in_flight() > config().pool.max_pending_per_project;
        if (full) wrong = errc::overloaded;
    }
    if (wrong) {
        c.result.service_message = std::move(field);
        return driver.feed(s, c, {oms::call::event::kind::give_up, wrong});
    }
    endpoint& to = *c.to;
    driver.feed(s, c, oms::call::event::kind::begin);
    to.pump(s);
}

// Why it is not begun, or not again.
error_code engine::refusal_of(call const& c, std::optional<time_point> named, time_point now,
                              std::string& field) const {
    if (!ending.running()) return errc::shut_down;
    if (!c.begun_before && named && *named <= now) {
        field = "deadline";
        return errc::deadline_passed;
    }
    if (c.deadline <= now) return errc::queue_timeout;
    return calls.waiting() >= config().pool.max_pending ? errc::overloaded : error_code();
}

// Where it goes, with whose credential, and in whose turn.
error_code engine::find_its_way(step& s, call& c, std::string& field) {
    c.to = endpoints.of(s, c);
    if (c.to == nullptr) {
        field = "region";
        return errc::unknown_region;
    }
    c.source = credentials.source_of(c);
    c.lane = &c.to->project_of(c.task.project_id);
    return {};
}

void engine::arm() noexcept {
    if (times.empty()) {
        if (std::exchange(armed_, time_point::max()) != time_point::max()) time_.forget();
    } else if (times.next() < armed_) {
        armed_ = times.next();
        try {
            time_.wake_at(armed_, core_.weak_from_this());
        } catch (...) {  // no memory: the next event tries again
            armed_ = time_point::max();
        }
    }
}

void engine::settle(step& s) noexcept {
    if (undelivered.any()) undelivered.settle(s.deferred);
    if (!credentials.settled()) credentials.begin_queued(s);
    bool const rests = calls.empty();
    if (rests && !ending.running()) end(s);
    if (rests) {
        s.deferred.keep(std::exchange(busy_, {}));  // until what has ended is on its way
        endpoints.for_each([](endpoint& e) { e.rest(); });
    }
    if (rests && !idle_waits_.empty()) s.deferred.complete(idle());
    if (!credentials.settled()) credentials.ask_begun(s);
    arm();
}

void engine::warm_up(step& s, std::unique_ptr<warm_ups::wait_type>&& wait, warm_up_options const& options) {
    auto const& pool = config().pool;
    std::size_t const wanted = options.connections.value_or(std::max<std::size_t>(pool.min_connections, 1));
    stop_result& r = wait->result();
    auto const refuse = [&](errc why, char const* field) {
        r.service_message = field;
        wait->end_with(why);
        completion_chain refused;
        refused.push(std::move(wait));
        s.deferred.complete(std::move(refused));
    };
    if (!ending.running()) return refuse(errc::shut_down, "");
    if (wanted < 1 || wanted > std::min(pool.max_connections, pool.max_idle)) {
        return refuse(errc::invalid_option, "connections must be 1 to pool.max_connections and pool.max_idle");
    }
    endpoint* const to = endpoints.at(s, options.region);
    if (to == nullptr) return refuse(errc::unknown_region, "region");
    to->warm_up(s, std::move(wait), wanted);
}

std::size_t engine::end_warm_ups(step& s, errc why) const noexcept {
    std::size_t count = 0;
    endpoints.for_each([&](endpoint& e) { count += e.end_warm_ups(s, why); });
    return count;
}

std::unique_ptr<any_pending_completion> engine::take_wait(std::uint64_t id) noexcept {
    if (auto found = ending.take_wait(id)) return found;
    std::unique_ptr<any_pending_completion> found;
    endpoints.for_each([&](endpoint& e) {
        if (!found) found = e.take_warm_up(id);
    });
    if (found) return found;
    return idle_waits_.extract([id](auto const& w) { return w.id == id; });
}

completion_chain engine::idle() noexcept {
    bool warming = false;
    endpoints.for_each([&](endpoint const& e) { warming |= e.warming(); });
    if (!calls.empty() || bulks.any() || warming) return {};
    return std::move(idle_waits_);
}

// Nothing is left: closes all, and those that wait for the end hear of it.
void engine::end(step& s) noexcept {
    credentials.give_up_all();
    endpoints.for_each([&](endpoint& e) { e.drop_all(s); });
    ending.stop_waiting();
    s.deferred.complete(ending.take_waits());
}

auth::begun_chain engine::on_time(step& s) noexcept {
    armed_ = time_point::max();
    auth::begun_chain no_longer;
    bool again = false;
    while (timed* const t = times.pop(s.now)) {
        switch (t->what) {
            case timed::kind::call:
                driver.expire(s, static_cast<call&>(*t));
                break;
            case timed::kind::connection: {
                auto& p = static_cast<pooled&>(*t);
                p.of.expire(s, p);
                break;
            }
            case timed::kind::dial: {
                auto& d = static_cast<dialing&>(*t);
                d.of.opening().expire(s, d);
                break;
            }
            case timed::kind::endpoint:
                static_cast<endpoint&>(*t).pump(s);
                break;
            case timed::kind::bulk:
                if (auto bulk = static_cast<bulk_operation&>(*t).self()) s.deferred.wake(std::move(bulk));
                break;
            case timed::kind::questions:  // what follows begins them
                break;
            case timed::kind::again:
                no_longer.append(undelivered.on_time());
                again = true;
                break;
            case timed::kind::drain:
                end_all(s);
                break;
            case timed::kind::lane:  // have queues of their own
            case timed::kind::task:
                break;
        }
    }
    if (again) undelivered.wait_for_next_event(s.now);  // the rest is what every event does
    return no_longer;
}

// Whatever goes on ends now.
void engine::end_all(step& s) noexcept {
    calls.for_each([&](call& c) { driver.feed(s, c, oms::call::event::kind::shut_down); });
    credentials.give_up_all();
    endpoints.for_each([&](endpoint& e) {
        e.drop_all(s);
        e.rest();
    });
    ending.stop_waiting();
}

// The client is to end: what may not go on ends now.
void engine::drain(step& s) noexcept {
    calls.for_each([&](call& c) {
        bool const goes_on = c.exchange != nullptr || (ending.finishes_unsent() && !c.any_sent());
        if (!goes_on) driver.feed(s, c, oms::call::event::kind::shut_down);
    });
    endpoints.for_each([&](endpoint& e) { e.drop_free(s); });
    if (ending.drained(s.now) || calls.empty()) {
        end_all(s);
    } else {
        ending.wait_until_drained();
    }
}

engine::remains engine::abandon() noexcept {
    endpoints.for_each([](endpoint& e) { e.abandon(); });
    calls.for_each([](call& c) {
        if (c.waits_for_turn()) c.to->leave(c);
        if (c.exchange != nullptr) c.exchange->record = nullptr;
        static_cast<auth::credential_waiter&>(c).unlink();
    });
    ending.abandon();
    times = {};
    busy_ = {};
    completion_chain waits = ending.take_waits();
    waits.append(std::move(idle_waits_));
    return {calls.release(), endpoints.release(), std::move(waits), undelivered.release(), bulks.release()};
}

}  // namespace oms::detail
