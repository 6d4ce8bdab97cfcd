// SPDX-License-Identifier: BSL-1.0
// Times: two lines, the second of which is the reply's `Date`.
#include "fuzz/fuzz.hpp"
#include "wire/http_date.hpp"
#include "wire/iso_time.hpp"

#include <chrono>

namespace oms::fuzz {

void run(input in) {
    using namespace std::chrono;
    std::string const value(in.line());
    std::string const date(in.line());
    system_clock::time_point const now{sys_days(2026y / 11 / 27)};
    if (auto const wait = wire::parse_retry_after(value, date, now)) {
        require(*wait >= 0s, "nobody waits for less than nothing");
        require(*wait <= hours(24) * 366 * 68, "nor beyond 68 years");
    }
    if (auto const time = wire::parse_http_date(value, now)) {
        // A leap second may begin the year 10000.
        auto const year = year_month_day(floor<days>(*time)).year();
        require(year >= std::chrono::year(0) && year <= std::chrono::year(10'000), "a year has four digits");
    }
    if (auto const time = wire::parse_iso_time(value)) {
        auto const year = year_month_day(floor<days>(*time)).year();
        if (year >= std::chrono::year(0) && year <= std::chrono::year(9999))
            require(wire::parse_iso_time(wire::iso_time(*time)) == time, "what is written is read");
    }
}

}  // namespace oms::fuzz
