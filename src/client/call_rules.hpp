// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_CALL_RULES_HPP
#define OMS_CLIENT_CALL_RULES_HPP

// What a call has in place of its client's options: made and checked once, and shared by the tasks of a bulk.

#include <oms/call_options.hpp>
#include <oms/config.hpp>
#include <oms/error.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace oms::detail {

struct call_rules {
    /// Asks the credentials what they are called, which is users' code: without a lock, and before a pass is taken.
    call_rules(client_config const& of_client, call_options own);

    call_options options;
    timeout_options limits;
    retry_options retry;
    std::string label;  ///< Of the credentials, where the options have some.
    error_code wrong;   ///< What is wrong with the options; success: nothing.
    std::string wrong_field;
    std::string_view wrong_how;  ///< What it must be, for people; empty: its documentation says it.
};

using call_rules_ptr = std::shared_ptr<call_rules const>;

}  // namespace oms::detail

#endif
