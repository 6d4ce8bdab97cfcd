// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_ERROR_BODY_HPP
#define OMS_WIRE_ERROR_BODY_HPP

// What the body of a failed reply says, whoever wrote it.

#include <oms/task.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oms::wire {

struct error_body_limits {
    static constexpr std::size_t size = std::size_t{1} << 20;  // a larger body is text
    static constexpr std::size_t depth = 32;                   // deeper JSON is text
    static constexpr std::size_t descent = 8;                  // levels below the top at which a code is looked for
    static constexpr std::size_t code = 256;                   // also of a request id
    static constexpr std::size_t message = 4096;               // also of an error_detail
    static constexpr std::size_t authorization = 16384;
    static constexpr std::size_t sub_errors = 32;
};

/// Texts are bounded, valid UTF-8 and without control characters. What the
/// body does not have is empty.
struct error_body {
    std::string code;  ///< A number as it is written.
    std::string message;
    std::string error_detail;
    std::string encoded_authorization_message;
    std::string request_id;
    std::vector<sub_error> sub_errors;
};

/// Reads a body of any shape, of any bytes. What is no JSON object has nothing to say.
///
/// A code and its message are looked for as `error_code`/`error_msg`,
/// `errorCode`/`errorMsg` (or `errorMessage`) and `code`/`message`, in this
/// order, then in the members that are objects, `error` first; a code that has
/// its message goes before one that has none.
///
/// Uses no memory but that of the result, and where that runs out, leaves out
/// what there was no room for. A code of up to 15 characters, which every code
/// known to the library is, needs none.
error_body parse_error_body(std::string_view body) noexcept;

}  // namespace oms::wire

#endif
