// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_REPLY_FEEDBACK_HPP
#define OMS_CLIENT_REPLY_FEEDBACK_HPP

// What a reply tells about the endpoint, the project, the credential and the clock.

#include "client/call.hpp"
#include "policy/retry.hpp"
#include "transport/reply.hpp"

#include <string_view>

namespace oms::detail {

class engine;
class step;

/// A 401 may say that the signature is of a time that the service does not take.
/// @throws std::bad_alloc
void judge_clock(engine& of, call& c, transport::reply const& r, policy::failure& f);

/// All that is learnt from it besides.
/// @param text          What an error's body says.
/// @param clock_mended  As `judge_clock` found.
/// @throws std::bad_alloc
void apply_feedback(engine& of, step& s, call& c, transport::reply const& r, std::string_view text, bool clock_mended);

}  // namespace oms::detail

#endif
