// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_OUTCOME_TABLE_HPP
#define OMS_TEST_IO_OUTCOME_TABLE_HPP

// What a call comes to, by what happened to its first try and to those after
// it. Derived from what the words mean, not from what the code does.

#include <oms/detail/codes.hpp>
#include <oms/task.hpp>

#include <cstdint>
#include <vector>

namespace oms::scripted {

/// What happens to the first try.
enum class first : std::uint8_t {
    unsent,    ///< The connection dies before a byte of the request is taken.
    lost,      ///< It dies after the first byte of the request and before the reply's header is whole.
    answered,  ///< It dies after the header of a 200.
    failed,    ///< The reply is 500, 502, 503 or 504.
};

/// What happens to every later one.
enum class second : std::uint8_t {
    ok,
    not_running,
    not_found,
    unauthorized,
    throttled,
    unavailable,
    refused_dial,
    timeout,
    cancelled
};
inline constexpr second every_second[] = {second::ok,           second::not_running, second::not_found,
                                          second::unauthorized, second::throttled,   second::unavailable,
                                          second::refused_dial, second::timeout,     second::cancelled};

/// What a show answers after "not running".
enum class reading : std::uint8_t { none, state_1, state_2, word, state_3, state_7, state_5, forbidden, unreachable };

enum class kinds : std::uint8_t { sync, others, any };
enum class mode : std::uint8_t { normal, strict, both };

struct row {
    first before;
    second then;
    kinds of;
    reading shows;
    mode in;
    unsigned attempts;
    outcome result;
    error_code code;  ///< `own`: that of the first try.
};

/// Stands for the first try's own code in a row.
inline error_code const own{errc::invalid_config};

/// The rows; `max_attempts` is 2.
std::vector<row> const& outcome_table();

}  // namespace oms::scripted

#endif
