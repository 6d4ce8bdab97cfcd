// SPDX-License-Identifier: BSL-1.0
#include <oms/error.hpp>

#include "error/error_table.hpp"
#include "wire/chars.hpp"
#include "wire/error_body.hpp"
#include "wire/escape.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace oms {
namespace {

constexpr std::size_t kept_body = 4096;

struct family_code {
    std::string_view family;
    int number = 0;  // 0: the text is none
};

// Takes `FAMILY.nnnn` apart: exactly four digits that are not 0000.
family_code split(std::string_view code) noexcept {
    std::size_t const dot = code.find('.');
    if (dot == std::string_view::npos || code.size() - dot != 5) return {};
    int number = 0;
    for (char c : code.substr(dot + 1)) {
        if (c < '0' || c > '9') return {};
        number = number * 10 + (c - '0');
    }
    return {code.substr(0, dot), number};
}

error_code classify(unsigned status, std::string_view text) noexcept {
    if (!detail::is_http_status(status)) return errc::bad_status;
    auto const value = static_cast<int>(status);
    error_code const by_status(value, http_category());
    if (status < 400) return by_status;

    auto const [family, number] = split(text);
    if (number == 0) return by_status;
    if (family == "OMS") {
        return detail::find_code(detail::service_codes(), number) ? error_code(number, service_category()) : by_status;
    }
    if (family == "APIGW" || family == "APIG") return {value * 10000 + number, gateway_category()};
    if (family == "IAM") return {value * 10000 + number, iam_category()};
    return by_status;
}

// What an earlier reply said. Does not allocate: only details that exist hold something.
void forget_reply(stop_result& result) noexcept {
    result.service_code.clear();
    result.service_message.clear();
    error_details const& old = result.details();
    if (old.error_detail.empty() && old.encoded_authorization_message.empty() && old.sub_errors.empty() &&
        old.body.empty()) {
        return;
    }
    error_details& details = result.mutable_details();
    details.error_detail.clear();
    details.encoded_authorization_message.clear();
    details.sub_errors.clear();
    details.body.clear();
}

std::string message_of(unsigned status, std::string_view body) {
    bool const compressed = body.starts_with("\x1f\x8b");  // gzip: bytes that nobody can read
    std::string text =
        compressed ? std::string() : wire::escaped(wire::without_space(body), wire::error_body_limits::message);
    if (text.empty()) text = detail::reason_phrase(status);
    return text;
}

void keep_details(wire::error_body&& said, std::string_view body, stop_result& result) {
    if (body.empty()) return;
    error_details& details = result.mutable_details();
    details.error_detail = std::move(said.error_detail);
    details.encoded_authorization_message = std::move(said.encoded_authorization_message);
    details.sub_errors = std::move(said.sub_errors);
    details.body = body.substr(0, kept_body);
}

}  // namespace

error_code parse_error_code(unsigned http_status, std::string_view body, stop_result& details) noexcept {
    forget_reply(details);
    details.http_status = http_status;
    if (http_status / 100 == 2) return {};

    wire::error_body said = wire::parse_error_body(body);
    error_code const code = classify(http_status, said.code);
    details.service_code = std::move(said.code);
    if (details.request_id.empty()) details.request_id = std::move(said.request_id);
    details.service_message = std::move(said.message);
    try {
        if (details.service_message.empty()) details.service_message = message_of(http_status, body);
        keep_details(std::move(said), body, details);
    } catch (std::bad_alloc const&) {
        // The texts are lost; the code stands.
    }
    return code;
}

std::error_code parse_error(unsigned http_status, std::string_view body, stop_result& details) noexcept {
    return parse_error_code(http_status, body, details);
}

}  // namespace oms
