// SPDX-License-Identifier: BSL-1.0
#include "policy/rate_hint.hpp"

#include <charconv>
#include <cmath>
#include <system_error>

namespace oms::policy {

namespace {

constexpr bool contains(std::string_view text, std::string_view part) noexcept {
    return text.find(part) != std::string_view::npos;
}

std::string_view without_blanks(std::string_view text) noexcept {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    return text;
}

// The number behind a key, with what follows it; 0: there is none.
unsigned number_after(std::string_view text, std::string_view key, std::string_view& rest) noexcept {
    auto const at = text.find(key);
    if (at == std::string_view::npos) return 0;
    text = without_blanks(text.substr(at + key.size()));
    unsigned value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return 0;
    rest = without_blanks(text.substr(static_cast<std::size_t>(end - text.data())));
    return value;
}

double seconds_of_unit(std::string_view text) noexcept {
    if (text.starts_with("second")) return 1;
    if (text.starts_with("minute")) return 60;
    if (text.starts_with("hour")) return 3600;
    if (text.starts_with("day")) return 86400;
    return 0;
}

}  // namespace

std::optional<rate_hint> parse_rate_hint(std::string_view text) noexcept {
    rate_hint hint;
    if (contains(text, "policy user")) {
        hint.scope = throttle_scope::user;
    } else if (contains(text, "policy ip")) {
        hint.scope = throttle_scope::address;
    }
    std::string_view rest;
    double const count = number_after(text, "limit:", rest);
    double const units = number_after(text, "time:", rest);
    double const period = units * seconds_of_unit(rest);
    if (count > 0 && period > 0) hint.rate = count / period;
    if (std::isinf(hint.rate) && hint.scope == throttle_scope::unnamed) return std::nullopt;
    return hint;
}

}  // namespace oms::policy
