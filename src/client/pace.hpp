// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_PACE_HPP
#define OMS_CLIENT_PACE_HPP

#include "policy/rate_hint.hpp"
#include "policy/rate_limiter.hpp"
#include "policy/time_queue.hpp"

#include <oms/observer.hpp>

namespace oms::detail {

/// What keeps a task's next request back, other than connections.
struct pace {
    pace(policy::throttle_scope of, policy::time_point u, policy::rate_limiter const& by) noexcept
        : scope(of), until(u), rate(by.rate()), learnt(by.learnt()) {}

    policy::throttle_scope scope;
    policy::time_point until;
    double rate;  // requests a second
    bool learnt;
};

class step;
struct call;

/// The observer hears that it holds the call back.
void tell_pace(step& s, call const& c, pace const& p) noexcept;
/// As observers hear it.
throttle_event event_of(pace const& p, policy::time_point now);

}  // namespace oms::detail

#endif
