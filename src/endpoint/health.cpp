// SPDX-License-Identifier: BSL-1.0
#include "endpoint/health.hpp"

#include <new>
#include <utility>

namespace oms::endpoint {

policy::dial_verdict health::dial_failed(policy::failed_dial const& d, trouble what, bool connected, time_point now,
                                         std::uint64_t random) {
    auto const verdict = dials_.failed(d, connected, now, random);
    if (verdict != policy::dial_verdict::straggler && (last_round_ != d.round || d.fault >= last_fault_)) {
        last_failure_ = std::move(what);
        last_fault_ = d.fault;
        last_round_ = d.round;
    }
    if (verdict != policy::dial_verdict::refuse) return verdict;
    refuses_until_ = dials_.not_before();
    refusal_.code = last_failure_.code;
    refusal_.cause = last_failure_.cause;
    refusal_.text.clear();
    try {
        refusal_.text = last_failure_.text;
    } catch (std::bad_alloc const&) {  // the code says it, too
    }
    return verdict;
}

void health::reached(std::size_t host, std::string const& address, time_point now) noexcept {
    if (failures() > 0 || reachable_since_ == time_point{}) reachable_since_ = now;
    dials_.reached(host, address);
    if (refusal_.code != errc::endpoint_blocked) refuses_until_ = {};
}

void health::blocked(time_point until) noexcept {
    refuses_until_ = until;
    refusal_.code = refusal_.cause = errc::endpoint_blocked;
    refusal_.text.clear();
}

}  // namespace oms::endpoint
