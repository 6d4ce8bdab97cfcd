// SPDX-License-Identifier: BSL-1.0
#include "utc.hpp"

#include <charconv>
#include <cstdio>

namespace oms_stop {

using namespace std::chrono;

std::string utc_text(utc_time time) {
    auto const ms = floor<milliseconds>(time);
    auto const day = floor<days>(ms);
    year_month_day const date(day);
    hh_mm_ss<milliseconds> const clock(ms - day);
    char text[48];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(date.year()), unsigned(date.month()),
                  unsigned(date.day()), int(clock.hours().count()), int(clock.minutes().count()),
                  int(clock.seconds().count()), int(clock.subseconds().count()));
    return text;
}

std::optional<utc_time> utc_of_milliseconds(std::int64_t ms) noexcept {
    constexpr milliseconds end = sys_days(year(2200) / 1 / 1).time_since_epoch();
    if (ms < 0 || ms >= end.count()) return {};
    return utc_time(milliseconds(ms));
}

std::optional<utc_time> utc_of_text(std::string_view text) noexcept {
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd.dddZ";
    if (text.size() != form.size()) return {};
    for (std::size_t i = 0; i < form.size(); ++i) {
        bool const digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == 'd' ? !digit : text[i] != form[i]) return {};
    }
    auto const number = [&](std::size_t at, std::size_t size) {
        int value = 0;
        std::from_chars(text.data() + at, text.data() + at + size, value);
        return value;
    };
    year_month_day const date(year(number(0, 4)), month(unsigned(number(5, 2))), day(unsigned(number(8, 2))));
    // Far from where a time point overflows.
    if (date.year() < year(1970) || date.year() > year(2199)) return {};
    if (!date.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 59) return {};
    return sys_days(date) + hours(number(11, 2)) + minutes(number(14, 2)) + seconds(number(17, 2)) +
           milliseconds(number(20, 3));
}

}  // namespace oms_stop
