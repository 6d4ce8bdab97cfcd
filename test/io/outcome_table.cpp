// SPDX-License-Identifier: BSL-1.0
#include "io/outcome_table.hpp"

#include "io/harness/codes.hpp"

namespace oms::scripted {

namespace {

error_code const ok{};
error_code const not_running = service_error(66);
error_code const unconfirmed{errc::not_confirmed_stopped};
error_code const not_found = service_error(1009);
error_code const wrong_token = gateway_error(401'0301);
error_code const throttled = gateway_error(429'0308);
error_code const unavailable = http_error(503);
error_code const refused_dial{errc::connect_failed};
error_code const timed_out{errc::first_byte_timeout};
error_code const cancelled{errc::cancelled};

using enum first;
using enum outcome;
using s = second;
using r = reading;

constexpr auto any = kinds::any;
constexpr auto sync = kinds::sync;
constexpr auto others = kinds::others;
constexpr auto normal = mode::normal;
constexpr auto strict = mode::strict;
constexpr auto both = mode::both;

}  // namespace

std::vector<row> const& outcome_table() {
    // clang-format off
    static std::vector<row> const table{
        // Nothing of the first try left, so it neither counts nor matters, in strict mode either.
        {unsent, s::ok,           any,    r::none,        both,   2, stopped,         ok},
        {unsent, s::not_running,  sync,   r::none,        both,   2, already_stopped, not_running},
        {unsent, s::not_running,  others, r::state_3,     both,   2, already_stopped, not_running},
        {unsent, s::not_running,  others, r::state_7,     both,   2, already_stopped, not_running},
        {unsent, s::not_running,  others, r::state_1,     both,   2, refused,         unconfirmed},
        {unsent, s::not_running,  others, r::state_2,     both,   2, refused,         unconfirmed},
        {unsent, s::not_running,  others, r::word,        both,   2, refused,         unconfirmed},
        {unsent, s::not_running,  others, r::state_5,     both,   2, refused,         not_running},
        {unsent, s::not_running,  others, r::forbidden,   both,   2, refused,         unconfirmed},
        {unsent, s::not_running,  others, r::unreachable, both,   2, refused,         unconfirmed},
        {unsent, s::not_found,    any,    r::none,        both,   2, refused,         not_found},
        {unsent, s::unauthorized, any,    r::none,        both,   2, refused,         wrong_token},
        {unsent, s::throttled,    any,    r::none,        both,   3, refused,         throttled},
        {unsent, s::unavailable,  any,    r::none,        normal, 3, unknown,         unavailable},
        {unsent, s::unavailable,  any,    r::none,        strict, 2, unknown,         unavailable},
        {unsent, s::refused_dial, any,    r::none,        both,   2, not_sent,        refused_dial},
        {unsent, s::timeout,      any,    r::none,        normal, 3, unknown,         timed_out},
        {unsent, s::timeout,      any,    r::none,        strict, 2, unknown,         timed_out},
        {unsent, s::cancelled,    any,    r::none,        both,   2, unknown,         cancelled},

        // The first try is open: only a 2xx, or a reply that speaks of this very task, settles it.
        {lost,   s::ok,           any,    r::none,        normal, 2, stopped,         ok},
        {lost,   s::not_running,  sync,   r::none,        normal, 2, already_stopped, ok},
        {lost,   s::not_running,  others, r::state_3,     normal, 2, already_stopped, ok},
        {lost,   s::not_running,  others, r::state_7,     normal, 2, already_stopped, ok},
        {lost,   s::not_running,  others, r::state_5,     normal, 2, refused,         not_running},
        {lost,   s::not_running,  others, r::state_1,     normal, 2, unknown,         unconfirmed},
        {lost,   s::not_running,  others, r::state_2,     normal, 2, unknown,         unconfirmed},
        {lost,   s::not_running,  others, r::word,        normal, 2, unknown,         unconfirmed},
        {lost,   s::not_running,  others, r::forbidden,   normal, 2, unknown,         unconfirmed},
        {lost,   s::not_running,  others, r::unreachable, normal, 2, unknown,         unconfirmed},
        {lost,   s::not_found,    any,    r::none,        normal, 2, refused,         not_found},
        {lost,   s::unauthorized, any,    r::none,        normal, 2, unknown,         wrong_token},
        {lost,   s::throttled,    any,    r::none,        normal, 2, unknown,         throttled},
        {lost,   s::unavailable,  any,    r::none,        normal, 2, unknown,         unavailable},
        {lost,   s::refused_dial, any,    r::none,        normal, 2, unknown,         refused_dial},
        {lost,   s::timeout,      any,    r::none,        normal, 2, unknown,         timed_out},
        {lost,   s::cancelled,    any,    r::none,        normal, 2, unknown,         cancelled},

        // Behind a 5xx the service may have acted, too.
        {failed, s::ok,           any,    r::none,        normal, 2, stopped,         ok},
        {failed, s::not_running,  sync,   r::none,        normal, 2, already_stopped, ok},
        {failed, s::not_running,  others, r::state_3,     normal, 2, already_stopped, ok},
        {failed, s::not_running,  others, r::state_7,     normal, 2, already_stopped, ok},
        {failed, s::not_running,  others, r::state_5,     normal, 2, refused,         not_running},
        {failed, s::not_running,  others, r::state_1,     normal, 2, unknown,         unconfirmed},
        {failed, s::not_running,  others, r::state_2,     normal, 2, unknown,         unconfirmed},
        {failed, s::not_running,  others, r::word,        normal, 2, unknown,         unconfirmed},
        {failed, s::not_running,  others, r::forbidden,   normal, 2, unknown,         unconfirmed},
        {failed, s::not_running,  others, r::unreachable, normal, 2, unknown,         unconfirmed},
        {failed, s::not_found,    any,    r::none,        normal, 2, refused,         not_found},
        {failed, s::unauthorized, any,    r::none,        normal, 2, unknown,         wrong_token},
        {failed, s::throttled,    any,    r::none,        normal, 2, unknown,         throttled},
        {failed, s::unavailable,  any,    r::none,        normal, 2, unknown,         unavailable},
        {failed, s::refused_dial, any,    r::none,        normal, 2, unknown,         refused_dial},
        {failed, s::timeout,      any,    r::none,        normal, 2, unknown,         timed_out},
        {failed, s::cancelled,    any,    r::none,        normal, 2, unknown,         cancelled},

        // Strict: nothing follows a try that is open.
        {lost,   s::ok,           any,    r::none,        strict, 1, unknown,         own},
        {lost,   s::not_running,  any,    r::none,        strict, 1, unknown,         own},
        {lost,   s::not_found,    any,    r::none,        strict, 1, unknown,         own},
        {lost,   s::unauthorized, any,    r::none,        strict, 1, unknown,         own},
        {lost,   s::throttled,    any,    r::none,        strict, 1, unknown,         own},
        {lost,   s::unavailable,  any,    r::none,        strict, 1, unknown,         own},
        {lost,   s::refused_dial, any,    r::none,        strict, 1, unknown,         own},
        {lost,   s::timeout,      any,    r::none,        strict, 1, unknown,         own},
        {lost,   s::cancelled,    any,    r::none,        strict, 1, unknown,         own},
        {failed, s::ok,           any,    r::none,        strict, 1, unknown,         own},
        {failed, s::not_running,  any,    r::none,        strict, 1, unknown,         own},
        {failed, s::not_found,    any,    r::none,        strict, 1, unknown,         own},
        {failed, s::unauthorized, any,    r::none,        strict, 1, unknown,         own},
        {failed, s::throttled,    any,    r::none,        strict, 1, unknown,         own},
        {failed, s::unavailable,  any,    r::none,        strict, 1, unknown,         own},
        {failed, s::refused_dial, any,    r::none,        strict, 1, unknown,         own},
        {failed, s::timeout,      any,    r::none,        strict, 1, unknown,         own},
        {failed, s::cancelled,    any,    r::none,        strict, 1, unknown,         own},

        // A 2xx is a success from the end of its header on; nothing follows.
        {answered, s::ok,           any,  r::none,        both,   1, stopped,         ok},
        {answered, s::not_running,  any,  r::none,        both,   1, stopped,         ok},
        {answered, s::not_found,    any,  r::none,        both,   1, stopped,         ok},
        {answered, s::unauthorized, any,  r::none,        both,   1, stopped,         ok},
        {answered, s::throttled,    any,  r::none,        both,   1, stopped,         ok},
        {answered, s::unavailable,  any,  r::none,        both,   1, stopped,         ok},
        {answered, s::refused_dial, any,  r::none,        both,   1, stopped,         ok},
        {answered, s::timeout,      any,  r::none,        both,   1, stopped,         ok},
        {answered, s::cancelled,    any,  r::none,        both,   1, stopped,         ok},
    };
    // clang-format on
    return table;
}

}  // namespace oms::scripted
