// SPDX-License-Identifier: BSL-1.0
#include "wire/iso_time.hpp"

#include "wire/chars.hpp"

#include <array>
#include <cstddef>
#include <cstdio>

namespace oms::wire {

namespace {

// Takes so many digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) noexcept {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (!is_digit(text[i])) return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool skip(std::string_view& text, char c) noexcept {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::optional<std::chrono::sys_seconds> parse_iso_time(std::string_view text) noexcept {
    using namespace std::chrono;
    auto const y = take_number(text, 4);
    if (!y || !skip(text, '-')) return std::nullopt;
    auto const mo = take_number(text, 2);
    if (!mo || !skip(text, '-')) return std::nullopt;
    auto const d = take_number(text, 2);
    if (!d || !(skip(text, 'T') || skip(text, ' '))) return std::nullopt;
    auto const h = take_number(text, 2);
    if (!h || *h > 23 || !skip(text, ':')) return std::nullopt;
    auto const mi = take_number(text, 2);
    if (!mi || *mi > 59 || !skip(text, ':')) return std::nullopt;
    auto const s = take_number(text, 2);
    if (!s || *s > 60) return std::nullopt;
    if (skip(text, '.')) {
        std::size_t digits = 0;
        for (; !text.empty() && is_digit(text.front()); ++digits)
            text.remove_prefix(1);
        if (digits > 9) return std::nullopt;
    }
    seconds offset{0};
    if (!skip(text, 'Z')) {
        bool const east = text.starts_with('+');
        if (!east && !text.starts_with('-')) return std::nullopt;
        text.remove_prefix(1);
        auto const oh = take_number(text, 2);
        if (!oh || *oh > 23) return std::nullopt;
        skip(text, ':');
        auto const om = take_number(text, 2);
        if (!om || *om > 59) return std::nullopt;
        offset = hours(*oh) + minutes(*om);
        if (!east) offset = -offset;
    }
    year_month_day const date(year(*y), month(static_cast<unsigned>(*mo)), day(static_cast<unsigned>(*d)));
    if (!text.empty() || !date.ok()) return std::nullopt;
    return sys_days(date) + hours(*h) + minutes(*mi) + seconds(*s) - offset;
}

std::string iso_time(std::chrono::sys_seconds time) {
    using namespace std::chrono;
    auto const day_of = floor<days>(time);
    year_month_day const date(day_of);
    hh_mm_ss const clock(time - day_of);
    std::array<char, 64> text{};
    int const size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", int(date.year()),
                                   unsigned(date.month()), unsigned(date.day()), int(clock.hours().count()),
                                   int(clock.minutes().count()), int(clock.seconds().count()));
    return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace oms::wire
