// SPDX-License-Identifier: BSL-1.0
#include "testing/tokens.hpp"

#include <algorithm>
#include <cstdint>

namespace oms::testing {

namespace {

constexpr std::string_view opening = "MII";
constexpr char end_of_project = '.';
constexpr std::size_t least_filler = 16;

std::string prefix_for(std::string_view project) {
    std::string prefix(opening);
    for (char const c : project) {
        auto const byte = static_cast<unsigned char>(c);
        prefix.push_back("0123456789abcdef"[byte >> 4]);
        prefix.push_back("0123456789abcdef"[byte & 15]);
    }
    prefix.push_back(end_of_project);
    return prefix;
}

bool is_hex(std::string_view text) noexcept {
    return text.size() % 2 == 0 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

token_mint::token_mint(std::size_t length) : filler_(std::max(length, least_filler), '\0') {
    std::uint32_t state = 1;
    for (char& c : filler_) {
        state = state * 1664525U + 1013904223U;
        c = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[state >> 26];
    }
}

std::string token_mint::token(std::string_view project) const {
    std::string token = prefix_for(project);
    token.append(filler_, std::min(token.size(), filler_.size() - least_filler));
    return token;
}

token_verdict token_mint::check(std::string_view token, std::string_view project) const {
    if (!token.starts_with(opening)) return token_verdict::damaged;
    auto const end = token.find(end_of_project);
    if (end == std::string_view::npos) return token_verdict::damaged;
    auto const filler = std::string_view(filler_).substr(std::min(end + 1, filler_.size() - least_filler));
    if (token.substr(end + 1) != filler || !is_hex(token.substr(opening.size(), end - opening.size()))) {
        return token_verdict::damaged;
    }
    return token.substr(0, end + 1) == prefix_for(project) ? token_verdict::good : token_verdict::other_project;
}

}  // namespace oms::testing
