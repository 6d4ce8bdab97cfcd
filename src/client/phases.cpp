// SPDX-License-Identifier: BSL-1.0
// The phases of a call: what each took, and who hears of it.
#include "client/call_driver.hpp"
#include "client/engine.hpp"

#include <algorithm>

namespace oms::detail {

namespace {

duration& spent_in(time_spent& spent, phase p) noexcept {
    switch (p) {
        case phase::queued:
            return spent.queued;
        case phase::credentials:
            return spent.credentials;
        case phase::resolve:
        case phase::connect:
        case phase::proxy:
        case phase::handshake:
            return spent.connect;
        case phase::backoff:
            return spent.backoff;
        case phase::write:
        case phase::first_byte:
        case phase::body:
        case phase::done:
            break;
    }
    return spent.exchange;
}

}  // namespace

void call_driver::enter_phase_at(step& s, call& c, phase next, time_point at, error_code const& ended) noexcept {
    duration const elapsed = at - c.phase_begun;
    engine_.counted.phases[static_cast<std::size_t>(c.result.phase)].add(elapsed);
    if (elapsed != duration::zero()) spent_in(c.result.spent, c.result.phase) += elapsed;
    if (engine_.observed()) tell_phase(s, c, elapsed, ended);
    c.result.phase = next;
    c.phase_begun = at;
}

void call_driver::enter_phase(step& s, call& c, phase next, error_code const& ended) noexcept {
    enter_phase_at(s, c, next, s.now, ended);
}

void call_driver::tell_phase(step& s, call const& c, duration elapsed, error_code const& ended) noexcept {
    s.deferred.notify([&] {
        phase_event e;
        e.call = context_of(c);
        e.attempt = std::max(c.result.attempts, 1U);
        e.phase = c.result.phase;
        e.elapsed = elapsed;
        e.code = ended;
        if (e.phase == phase::first_byte || e.phase == phase::body) e.http_status = c.try_status;
        return event_note(e, c.own);
    });
}

}  // namespace oms::detail
