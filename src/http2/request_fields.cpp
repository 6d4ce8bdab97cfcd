// SPDX-License-Identifier: BSL-1.0
#include "http2/request_fields.hpp"

#include "wire/chars.hpp"

#include <boost/assert.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace oms::http2 {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t authority_at = 3;  // among the pseudo-header fields, which come first

struct known_name {
    std::string_view written;
    std::string_view name;
    indexing how;
};

// The headers that the library writes. A signature, and the token that belongs to a temporary key, are secrets.
constexpr known_name known_names[] = {
    {"User-Agent", "user-agent", indexing::table},
    {"Content-Type", "content-type", indexing::table},
    {"Content-Length", "content-length", indexing::none},
    {"X-Auth-Token", "x-auth-token", indexing::token},
    {"X-Project-Id", "x-project-id", indexing::none},
    {"X-Sdk-Date", "x-sdk-date", indexing::none},
    {"X-Security-Token", "x-security-token", indexing::never},
    {"Authorization", "authorization", indexing::never},
};

// Of a user's header nobody knows whether it is a secret.
constexpr indexing of_others = indexing::never;

std::string_view take_line(std::string_view& text) noexcept {
    std::size_t const end = text.find(line_end);
    BOOST_ASSERT(end != std::string_view::npos);
    std::string_view const line = text.substr(0, end);
    text.remove_prefix(end + line_end.size());
    return line;
}

}  // namespace

void request_fields::read(std::string_view request) {
    fields_.clear();
    names_.clear();
    names_size_ = request.size();
    std::string_view const start = take_line(request);
    std::size_t const verb = start.find(' ');
    std::size_t const target = start.rfind(' ');
    fields_.push_back({":method", start.substr(0, verb), indexing::table});
    fields_.push_back({":scheme", "https", indexing::table});
    fields_.push_back({":path", start.substr(verb + 1, target - verb - 1), indexing::none});
    fields_.push_back({":authority", {}, indexing::table});
    for (;;) {
        std::string_view const line = take_line(request);
        if (line.empty()) break;
        std::size_t const colon = line.find(':');
        std::string_view value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        add(line.substr(0, colon), value);
    }
    body_ = request;
}

void request_fields::add(std::string_view name, std::string_view value) {
    if (name == "Host") {
        fields_[authority_at].value = value;
        return;
    }
    for (known_name const& each : known_names) {
        if (each.written != name) continue;
        bool const always = each.how == indexing::none && value == "0";  // the length of most
        fields_.push_back({each.name, value, always ? indexing::table : each.how});
        return;
    }
    std::size_t const at = names_.size();
    if (at == 0) names_.reserve(names_size_);  // so that they stay where they are
    std::transform(name.begin(), name.end(), std::back_inserter(names_), wire::to_lower);
    fields_.push_back({std::string_view(names_).substr(at), value, of_others});
}

}  // namespace oms::http2
