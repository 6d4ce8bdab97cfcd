// SPDX-License-Identifier: BSL-1.0
#include "client/pace.hpp"

#include "client/engine.hpp"

#include <algorithm>

namespace oms::detail {

void tell_pace(step& s, call const& c, pace const& p) noexcept {
    s.deferred.notify([&] {
        throttle_event event = event_of(p, s.now);
        event.call = context_of(c);
        return event_note(event, c.own);
    });
}

throttle_event event_of(pace const& p, policy::time_point now) {
    using scope = policy::throttle_scope;
    throttle_event event;
    event.what = p.scope == scope::user      ? throttle_event::scope::credential
                 : p.scope == scope::address ? throttle_event::scope::endpoint
                                             : throttle_event::scope::project;
    event.rate = p.rate;
    event.learnt = p.learnt;
    event.delay = std::max(duration::zero(), p.until - now);
    return event;
}

}  // namespace oms::detail
