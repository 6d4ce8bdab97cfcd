// SPDX-License-Identifier: BSL-1.0
#include "wire/validate.hpp"

#include "wire/chars.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace oms::wire {

namespace {

constexpr std::size_t max_id = 1024;
constexpr std::size_t max_sync_task_id = 255;

// Proxies resolve "." and "..", and read "\" as "/": such an id could end up as another path.
id_form form_of(std::string_view id, std::size_t max_size) noexcept {
    if (id.empty() || id.size() > max_size || id == "." || id == "..") return id_form::invalid;
    if (all_unreserved(id)) return id_form::plain;
    bool const breaks =
        std::any_of(id.begin(), id.end(), [](char c) { return c == '/' || c == '\\' || is_control(c); });
    return breaks ? id_form::invalid : id_form::escaped;
}

constexpr std::array<std::string_view, 20> reserved_names{
    "host",          "content-length", "content-type", "transfer-encoding", "connection",
    "authorization", "x-auth-token",   "x-sdk-date",   "x-project-id",      "x-security-token",
    "expect",        "upgrade",        "te",           "trailer",           "proxy-authorization",
    "user-agent",    "keep-alive",     "x-domain-id",  "proxy-connection",  "x-sdk-content-sha256",
};

}  // namespace

id_form project_id_form(std::string_view id) noexcept {
    return form_of(id, max_id);
}

id_form task_id_form(task_kind kind, std::string_view id) noexcept {
    return form_of(id, kind == task_kind::sync_task ? max_sync_task_id : max_id);
}

bool valid_token(std::string_view token) noexcept {
    return !token.empty() && token.size() <= max_token &&
           std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool valid_header_name(std::string_view name) noexcept {
    return !name.empty() && std::all_of(name.begin(), name.end(), is_token);
}

bool valid_header_value(std::string_view value) noexcept {
    return std::none_of(value.begin(), value.end(), is_control);
}

bool reserved_header(std::string_view name) noexcept {
    return std::any_of(reserved_names.begin(), reserved_names.end(),
                       [name](std::string_view reserved) { return iequals(name, reserved); });
}

}  // namespace oms::wire
