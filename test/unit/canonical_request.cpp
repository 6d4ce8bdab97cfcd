// SPDX-License-Identifier: BSL-1.0
#include "unit/canonical_request.hpp"

#include "wire/chars.hpp"
#include "wire/digest.hpp"
#include "wire/percent.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace oms::testing {

namespace {

void append_path(std::string& out, std::span<std::string_view const> segments) {
    for (std::string_view segment : segments) {
        out += '/';
        wire::append_encoded(out, segment);
    }
    // Only the canonical form ends with a slash; the target that is sent does not.
    if (segments.empty() || !segments.back().empty()) out += '/';
}

// By name in lower case, values without blanks at their ends.
std::vector<std::pair<std::string, std::string_view>> canonical_headers(std::span<name_value const> headers) {
    std::vector<std::pair<std::string, std::string_view>> sorted;
    for (auto const& [name, value] : headers) {
        if (name.find('_') != std::string_view::npos) continue;
        std::string lower(name);
        std::transform(lower.begin(), lower.end(), lower.begin(), wire::to_lower);
        sorted.emplace_back(std::move(lower), wire::trim(value));
    }
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

std::string_view find_header(std::span<name_value const> headers, std::string_view lower_name) noexcept {
    auto const found = std::find_if(headers.begin(), headers.end(),
                                    [&](name_value const& header) { return wire::iequals(header.name, lower_name); });
    return found == headers.end() ? std::string_view() : wire::trim(found->value);
}

}  // namespace

void append_query(std::string& out, std::span<name_value const> query) {
    std::vector<name_value> sorted(query.begin(), query.end());
    std::sort(sorted.begin(), sorted.end(), [](name_value const& a, name_value const& b) {
        return std::pair(a.name, a.value) < std::pair(b.name, b.value);
    });
    bool first = true;
    for (auto const& [name, value] : sorted) {
        if (!std::exchange(first, false)) out += '&';
        wire::append_encoded(out, name);
        out += '=';
        wire::append_encoded(out, value);
    }
}

canonical_request canonicalize(request_to_sign const& request, std::string_view payload_hash) {
    canonical_request out;
    out.text = request.verb;
    out.text += '\n';
    append_path(out.text, request.segments);
    out.text += '\n';
    append_query(out.text, request.query);
    out.text += '\n';
    for (auto const& [name, value] : canonical_headers(request.headers)) {
        out.text += name;
        out.text += ':';
        out.text += value;
        out.text += '\n';
        if (!out.signed_headers.empty()) out.signed_headers += ';';
        out.signed_headers += name;
    }
    out.text += '\n';
    out.text += out.signed_headers;
    out.text += '\n';
    out.text += payload_hash;
    return out;
}

std::string authorization(wire::signer& keys, wire::sign_algorithm algorithm, request_to_sign const& request) {
    bool const sm3 = algorithm == wire::sign_algorithm::sdk_hmac_sm3;
    std::string payload_hash(find_header(request.headers, sm3 ? "x-sdk-content-sm3" : "x-sdk-content-sha256"));
    if (payload_hash.empty()) {
        wire::hasher hash(sm3 ? wire::hash_kind::sm3 : wire::hash_kind::sha256);
        wire::append_hex(payload_hash, hash(request.body));
    }
    canonical_request const canonical = canonicalize(request, payload_hash);
    std::string out;
    keys.append_authorization(out, canonical.text, canonical.signed_headers,
                              find_header(request.headers, "x-sdk-date"));
    return out;
}

}  // namespace oms::testing
