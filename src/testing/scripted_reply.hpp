// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_ASK_HPP
#define OMS_TESTING_ASK_HPP

// Replies by a function of the test.

#include "testing/faults.hpp"

#include <oms/testing/scripted_reply.hpp>

#include <optional>

namespace oms::testing {

/// What the function answers; nothing: the service is to. Where it throws, or answers what cannot be sent, a 500 that
/// says so.
std::optional<canned_reply> ask(reply_function const& function, request_details const& request);

}  // namespace oms::testing

#endif
