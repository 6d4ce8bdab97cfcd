// SPDX-License-Identifier: BSL-1.0
#include "client/attempt_note.hpp"

#include "client/settings.hpp"
#include "wire/request.hpp"

#include <cstddef>
#include <new>

namespace oms {

request_header::request_header() noexcept = default;
request_header::request_header(std::string n, std::string v) noexcept : name(std::move(n)), value(std::move(v)) {}
attempt_event::attempt_event() noexcept = default;

namespace detail {

header_lines ask_headers(attempt_headers const& user, attempt_note& of) {
    constexpr std::size_t most = 8 * 1024;
    constexpr std::size_t around = 4;  // a colon, a space, and the line's end
    header_lines result;
    std::vector<request_header> wanted;
    try {
        wanted = user(of.event());
    } catch (std::bad_alloc const&) {
        throw;
    } catch (...) {
        result.left_out = true;
    }
    for (request_header const& each : wanted) {
        bool const fits = result.text.size() + each.name.size() + each.value.size() + around <= most;
        if (fits && sendable(each)) {
            wire::append_header(result.text, each.name, each.value);
        } else {
            result.left_out = true;
        }
    }
    return result;
}

}  // namespace detail
}  // namespace oms
