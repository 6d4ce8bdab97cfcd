// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_REPLY_READING_HPP
#define OMS_CLIENT_REPLY_READING_HPP

#include "client/call.hpp"
#include "transport/reply.hpp"

namespace oms::detail {

class engine;
class step;

/// The header of a reply is whole: drives the call with what it means, after its endpoint, its project and its
/// credential have learnt from it.
/// @param what          `reply` or `header`.
/// @param body_failure  Why its body is not whole.
void take_reply(engine& of, step& s, call& c, oms::call::event::kind what, transport::reply const& r,
                error_code body_failure) noexcept;

}  // namespace oms::detail

#endif
