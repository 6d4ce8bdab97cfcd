// SPDX-License-Identifier: BSL-1.0
#include "testing/tokens.hpp"

#include "testing/names.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace oms::testing {

namespace {

constexpr std::string_view standing_opening = "MII";
constexpr std::string_view issued_opening = "MIT";
constexpr char end_of_project = '.';
constexpr std::size_t least_filler = 16;

std::string prefix_for(std::string_view project) {
    std::string prefix(standing_opening);
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

std::string project_of(std::string_view prefix) {
    std::string project;
    prefix.remove_prefix(standing_opening.size());
    for (; prefix.size() > 1; prefix.remove_prefix(2)) {
        unsigned char byte = 0;
        std::from_chars(prefix.data(), prefix.data() + 2, byte, 16);
        project.push_back(static_cast<char>(byte));
    }
    return project;
}

}  // namespace

token_office::token_office(std::size_t length) : filler_(std::max(length, least_filler), '\0') {
    std::uint32_t state = 1;
    for (char& c : filler_) {
        state = state * 1664525U + 1013904223U;
        c = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[state >> 26];
    }
}

std::string token_office::standing(std::string_view project) const {
    std::string token = prefix_for(project);
    token.append(filler_, std::min(token.size(), filler_.size() - least_filler));
    return token;
}

std::string token_office::current(std::string_view project) {
    auto token = standing(project);
    while (is_revoked(token)) {
        std::string known;
        {
            std::lock_guard const lock(mutex_);
            auto const found = successors_.find(project);
            if (found != successors_.end() && found->second != token) known = found->second;
        }
        token = known.empty() ? issue(std::string(project), {}, std::chrono::sys_seconds::max()) : std::move(known);
        std::lock_guard const lock(mutex_);
        successors_.insert_or_assign(std::string(project), token);
    }
    return token;
}

std::string token_office::issue(std::string project, std::string user, std::chrono::sys_seconds end) {
    std::lock_guard const lock(mutex_);
    std::string token(issued_opening);
    append_hex_id(next_++, token);
    token.append(filler_, std::min(token.size(), filler_.size() - least_filler));
    issued_.try_emplace(token, issued{{std::move(project), std::move(user)}, end});
    return token;
}

void token_office::revoke(std::string_view token) {
    std::lock_guard const lock(mutex_);
    revoked_.emplace(token);
    any_revoked_ = true;
}

bool token_office::is_revoked(std::string_view token) const {
    if (!any_revoked_) return false;
    std::lock_guard const lock(mutex_);
    return revoked_.contains(token);
}

bool token_office::is_standing(std::string_view token, std::string_view& prefix) const {
    if (!token.starts_with(standing_opening)) return false;
    auto const end = token.find(end_of_project);
    if (end == std::string_view::npos) return false;
    auto const filler = std::string_view(filler_).substr(std::min(end + 1, filler_.size() - least_filler));
    prefix = token.substr(0, end + 1);
    return token.substr(end + 1) == filler &&
           is_hex(token.substr(standing_opening.size(), end - standing_opening.size()));
}

token_verdict token_office::look_up(std::string_view token, std::chrono::sys_seconds now, token_facts& facts) const {
    if (is_revoked(token)) return token_verdict::revoked;
    std::string_view prefix;
    if (is_standing(token, prefix)) {
        facts = {project_of(prefix), {}};
        return token_verdict::good;
    }
    std::lock_guard const lock(mutex_);
    auto const found = issued_.find(token);
    if (found == issued_.end()) return token_verdict::damaged;
    if (now >= found->second.end) return token_verdict::expired;
    facts = found->second.facts;
    return token_verdict::good;
}

token_verdict token_office::check(std::string_view token, std::string_view project,
                                  std::chrono::sys_seconds now) const {
    std::string_view prefix;
    if (is_standing(token, prefix)) {
        if (is_revoked(token)) return token_verdict::revoked;
        return prefix == prefix_for(project) ? token_verdict::good : token_verdict::other_project;
    }
    token_facts facts;
    auto const verdict = look_up(token, now, facts);
    if (verdict != token_verdict::good) return verdict;
    return facts.project == project ? token_verdict::good : token_verdict::other_project;
}

}  // namespace oms::testing
