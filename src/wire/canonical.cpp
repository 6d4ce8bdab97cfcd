// SPDX-License-Identifier: BSL-1.0
#include "wire/canonical.hpp"

#include "wire/chars.hpp"
#include "wire/percent.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace oms::wire {

namespace {

void append_path(std::string& out, std::span<std::string_view const> segments) {
    for (std::string_view segment : segments) {
        out += '/';
        append_encoded(out, segment);
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
        std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
        sorted.emplace_back(std::move(lower), trim(value));
    }
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

// Headers may hold secrets: growing would leave copies of them behind.
std::size_t greatest_size(request_to_sign const& request, std::string_view payload_hash) noexcept {
    std::size_t size = request.verb.size() + payload_hash.size() + 16;
    for (std::string_view segment : request.segments)
        size += 3 * segment.size() + 1;
    for (auto const& [name, value] : request.query)
        size += 3 * (name.size() + value.size()) + 2;
    for (auto const& [name, value] : request.headers)
        size += 2 * name.size() + value.size() + 3;
    return size;
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
        append_encoded(out, name);
        out += '=';
        append_encoded(out, value);
    }
}

canonical_request canonicalize(request_to_sign const& request, std::string_view payload_hash) {
    canonical_request out;
    out.text.reserve(greatest_size(request, payload_hash));
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

}  // namespace oms::wire
