// SPDX-License-Identifier: BSL-1.0
#include "wire/http_date.hpp"

#include "wire/chars.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace oms::wire {

namespace {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::array<std::string_view, 7> day_names{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::size_t short_day = 3;
constexpr std::int64_t max_delay = std::numeric_limits<std::int32_t>::max();

// Takes a date's pieces off the front of the text. One miss makes all that follow a miss,
// so that a form is written down in one go and asked once.
class reader {
public:
    explicit reader(std::string_view text) noexcept : rest_(text) {}

    bool done() const noexcept { return good_ && rest_.empty(); }

    void literal(std::string_view text) noexcept {
        if (check(rest_.starts_with(text))) rest_.remove_prefix(text.size());
    }

    int number(std::size_t digits) noexcept {
        int value = 0;
        if (!check(rest_.size() >= digits)) return 0;
        for (char c : rest_.substr(0, digits)) {
            if (!check(is_digit(c))) return 0;
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return value;
    }

    // A day of the month that a blank fills up to two characters.
    int padded_number() noexcept {
        if (!rest_.starts_with(' ')) return number(2);
        rest_.remove_prefix(1);
        return number(1);
    }

    template <std::size_t N>
    unsigned name(std::array<std::string_view, N> const& names, std::size_t length) noexcept {
        auto const found = std::find_if(names.begin(), names.end(), [&](std::string_view each) {
            return rest_.starts_with(each.substr(0, length));
        });
        if (!check(found != names.end())) return 0;
        rest_.remove_prefix(std::min(found->size(), length));
        return static_cast<unsigned>(found - names.begin()) + 1;
    }

    void clock(seconds& time) noexcept {
        int const hour = number(2);
        literal(":");
        int const minute = number(2);
        literal(":");
        int const second = number(2);
        check(hour < 24 && minute < 60 && second <= 60);  // 60: a leap second
        time = std::chrono::hours(hour) + std::chrono::minutes(minute) + seconds(second);
    }

private:
    bool check(bool good) noexcept { return good_ = good_ && good; }

    std::string_view rest_;
    bool good_ = true;
};

struct date_parts {
    int day = 0;
    unsigned month = 0;
    int year = 0;
    seconds time{};
};

// Sun, 06 Nov 1994 08:49:37 GMT
bool read_fixed(std::string_view text, date_parts& out) noexcept {
    reader in(text);
    in.name(day_names, short_day);
    in.literal(", ");
    out.day = in.number(2);
    in.literal(" ");
    out.month = in.name(month_names, short_day);
    in.literal(" ");
    out.year = in.number(4);
    in.literal(" ");
    in.clock(out.time);
    in.literal(" GMT");
    return in.done();
}

// Sunday, 06-Nov-94 08:49:37 GMT
bool read_rfc850(std::string_view text, date_parts& out, int this_year) noexcept {
    reader in(text);
    in.name(day_names, std::string_view::npos);
    in.literal(", ");
    out.day = in.number(2);
    in.literal("-");
    out.month = in.name(month_names, short_day);
    in.literal("-");
    out.year = in.number(2) + this_year / 100 * 100;
    in.literal(" ");
    in.clock(out.time);
    in.literal(" GMT");
    if (out.year > this_year + 50) {
        out.year -= 100;
    } else if (out.year <= this_year - 50) {
        out.year += 100;
    }
    return in.done();
}

// Sun Nov  6 08:49:37 1994
bool read_asctime(std::string_view text, date_parts& out) noexcept {
    reader in(text);
    in.name(day_names, short_day);
    in.literal(" ");
    out.month = in.name(month_names, short_day);
    in.literal(" ");
    out.day = in.padded_number();
    in.literal(" ");
    in.clock(out.time);
    in.literal(" ");
    out.year = in.number(4);
    return in.done();
}

// `120`, or `1.5`, which some send: rounded up, for earlier is too early.
std::optional<seconds> parse_seconds(std::string_view value) noexcept {
    auto const all_digits = [](std::string_view text) {
        return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
    };
    auto const point = value.find('.');
    std::string_view const whole = value.substr(0, point);
    std::string_view const fraction = point == std::string_view::npos ? "0" : value.substr(point + 1);
    if (!all_digits(whole) || !all_digits(fraction)) return std::nullopt;
    std::int64_t delay = 0;
    for (char c : whole)
        delay = std::min(delay * 10 + (c - '0'), max_delay);
    if (fraction.find_first_not_of('0') != std::string_view::npos) delay = std::min(delay + 1, max_delay);
    return seconds(delay);
}

}  // namespace

std::optional<sys_seconds> parse_http_date(std::string_view value, std::chrono::system_clock::time_point now) noexcept {
    value = trim(value);
    std::chrono::year_month_day const today(std::chrono::floor<std::chrono::days>(now));
    date_parts parts;
    if (!read_fixed(value, parts) && !read_rfc850(value, parts, static_cast<int>(today.year())) &&
        !read_asctime(value, parts)) {
        return std::nullopt;
    }
    std::chrono::year_month_day const date(std::chrono::year(parts.year), std::chrono::month(parts.month),
                                           std::chrono::day(static_cast<unsigned>(parts.day)));
    if (!date.ok()) return std::nullopt;
    return sys_seconds(sys_days(date)) + parts.time;
}

std::optional<seconds> parse_retry_after(std::string_view value, std::string_view date,
                                         std::chrono::system_clock::time_point now) noexcept {
    value = trim(value);
    if (auto const delay = parse_seconds(value)) return delay;
    auto const then = parse_http_date(value, now);
    if (!then) return std::nullopt;
    // The part of a second that `now` is into is not taken off: better late than early.
    sys_seconds const said = parse_http_date(date, now).value_or(std::chrono::floor<seconds>(now));
    return seconds(std::clamp((*then - said).count(), std::int64_t{0}, max_delay));
}

}  // namespace oms::wire
