// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_CALL_DRIVER_HPP
#define OMS_CLIENT_CALL_DRIVER_HPP

// Tells a call's machine what has happened, and does what that says.

#include "client/call.hpp"

#include <cstdint>
#include <memory>
#include <new>

namespace oms::detail {

class engine;
class step;

class call_driver {
public:
    explicit call_driver(engine& of) noexcept : engine_(of) {}

    void feed(step& s, call& c, oms::call::event const& e) noexcept;
    /// The same of what may be the last that the call hears, and why.
    void feed(step& s, call& c, oms::call::event const& e, error_code const& cause) noexcept;
    /// An attempt has failed without a reply; `cause`: what the system or the peer said.
    void lose(step& s, call& c, oms::call::event const& e, error_code cause) noexcept;
    /// A time limit of the call has come.
    void expire(step& s, call& c) noexcept;
    /// There is no memory to go on with.
    void no_memory(step& s, call& c) noexcept;
    /// What ends in `work` for want of memory ends the call.
    template <class Work>
    void with_memory(step& s, call& c, Work&& work) noexcept {
        std::uint32_t const index = c.index;
        std::uint64_t const id = c.id;
        try {
            work();
        } catch (std::bad_alloc const&) {
            no_memory(s, index, id);
        }
    }
    /// One that came back goes on no more.
    void end_returned(step& s, call& c, error_code code) noexcept;

    // For who has to do something between the two.
    oms::call::action tell(step& s, call& c, oms::call::event const& e) noexcept;
    void act(step& s, call& c, oms::call::action const& a, oms::call::event const& e);

    // phases.cpp
    void enter_phase(step& s, call& c, phase next, error_code const& ended = {}) noexcept;
    void enter_phase_at(step& s, call& c, phase next, time_point at, error_code const& ended = {}) noexcept;

private:
    oms::call::view view_of(step& s, call const& c, oms::call::event const& e) noexcept;
    void no_memory(step& s, std::uint32_t index, std::uint64_t id) noexcept;
    void attempt_failed(step& s, call& c, oms::call::action const& a, policy::failure const& f);
    void judge(step& s, call& c, policy::failure const& f);
    void leave_wait_list(call& c) noexcept;
    std::unique_ptr<call> take_out(call& c) noexcept;
    void complete(step& s, call& c, oms::call::action const& a) noexcept;
    void end_call(step& s, call& c, oms::call::action const& a) noexcept;
    void hand_back(step& s, call& c) noexcept;
    void tell_phase(step& s, call const& c, duration elapsed, error_code const& ended) noexcept;

    engine& engine_;
};

}  // namespace oms::detail

#endif
