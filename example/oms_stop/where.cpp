// SPDX-License-Identifier: BSL-1.0
#include "where.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace oms_stop {

namespace {

struct text_name {
    std::string_view name;
    std::string task_knowledge::*where;
};

constexpr text_name text_names[] = {{"status", &task_knowledge::status},
                                    {"source_region", &task_knowledge::source_region},
                                    {"source_bucket", &task_knowledge::source_bucket},
                                    {"destination_region", &task_knowledge::destination_region},
                                    {"destination_bucket", &task_knowledge::destination_bucket}};

// `*` stands for any text.
bool fits(std::string_view pattern, std::string_view text) {
    std::size_t const star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == text;
    if (!text.starts_with(pattern.substr(0, star))) return false;
    pattern.remove_prefix(star + 1);
    for (text.remove_prefix(star);; text.remove_prefix(1)) {
        if (fits(pattern, text)) return true;
        if (text.empty()) return false;
    }
}

std::optional<std::chrono::seconds> age_of(std::string_view text) {
    long long number = 0;
    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || end + 1 != text.data() + text.size() || number < 0 || number > 1'000'000) return {};
    switch (*end) {
        case 'd':
            return std::chrono::days(number);
        case 'h':
            return std::chrono::hours(number);
        case 'm':
            return std::chrono::minutes(number);
        default:
            return {};
    }
}

std::optional<utc_time> time_of(std::string_view text, utc_time now) {
    if (auto const age = age_of(text)) return now - *age;
    std::string whole(text);
    if (whole.size() == 10) whole += "T00:00:00Z";
    if (whole.size() == 20 && whole.back() == 'Z') whole.insert(19, ".000");
    return utc_of_text(whole);
}

}  // namespace

std::string_view where_names() noexcept {
    return "status, source_region, source_bucket, destination_region, destination_bucket, last_start";
}

std::optional<where_condition> where_condition::parse(std::string_view text, utc_time now, std::string& fault) {
    std::size_t const at = text.find_first_of("!=<>");
    std::size_t const size = at != std::string_view::npos && text[at] == '!' ? 2 : 1;
    if (at == std::string_view::npos || (size == 2 && text.substr(at, 2) != "!=")) {
        fault = "a condition is NAME=VALUE, NAME!=VALUE, NAME<VALUE or NAME>VALUE";
        return {};
    }
    where_condition result;
    result.name_ = text.substr(0, at);
    result.value_ = text.substr(at + size);
    result.how_ = size == 2         ? comparison::unequal
                  : text[at] == '<' ? comparison::less
                  : text[at] == '>' ? comparison::greater
                                    : comparison::equal;
    bool const ordered = result.how_ == comparison::less || result.how_ == comparison::greater;
    if (result.name_ == "last_start") {
        auto const time = time_of(result.value_, now);
        if (!ordered || !time)
            fault = "last_start goes with < or > and a day, a moment or an age: last_start<2026-01-31, last_start<30d";
        result.time_ = time.value_or(utc_time());
    } else if (std::ranges::find(text_names, std::string_view(result.name_), &text_name::name) ==
               std::end(text_names)) {
        fault = "the name is none of " + std::string(where_names());
    } else if (ordered) {
        fault = "< and > go with last_start only";
    }
    if (!fault.empty()) return {};
    return result;
}

bool where_condition::text_met(std::string const& value) const {
    return !value.empty() && fits(value_, value) == (how_ == comparison::equal);
}

bool where_condition::met_by(selected_task const& task) const {
    if (name_ == "last_start") {
        if (!task.started_at) return false;
        return how_ == comparison::less ? *task.started_at < time_ : *task.started_at > time_;
    }
    return text_met(task.*std::ranges::find(text_names, std::string_view(name_), &text_name::name)->where);
}

bool meets(std::vector<where_condition> const& all, selected_task const& task) {
    return std::ranges::all_of(all, [&](where_condition const& each) { return each.met_by(task); });
}

}  // namespace oms_stop
