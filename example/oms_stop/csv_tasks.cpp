// SPDX-License-Identifier: BSL-1.0
#include "csv_tasks.hpp"

#include "csv.hpp"
#include "json_task.hpp"

#include <algorithm>
#include <cctype>

namespace oms_stop {

namespace {

std::string_view trimmed(std::string_view text) {
    std::size_t const first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

std::string trimmed_lower(std::string_view text) {
    std::string result(trimmed(text));
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

// The one of which there are most.
char separator_of(std::string_view line) {
    constexpr char all[] = {',', ';', '\t'};
    return *std::ranges::max_element(all, {}, [&](char c) { return std::ranges::count(line, c); });
}

}  // namespace

std::string csv_columns::read_header(std::string_view line) {
    separator_ = separator_of(line);
    auto const names = split_csv(line, separator_);
    if (!names) return "a quote has no end";
    names_.clear();
    for (std::string const& each : *names)
        names_.push_back(trimmed_lower(each));
    auto const has = [&](auto const& spellings) {
        return std::ranges::any_of(spellings,
                                   [&](auto const& s) { return std::ranges::find(names_, s.name) != names_.end(); });
    };
    if (has(project_spellings) && has(task_spellings)) return {};
    return "the first line of a CSV file names its columns, of which \"project\" and \"task\" are needed";
}

std::optional<selected_task> csv_columns::read(std::string_view line, oms::task_kind kind, std::string& fault) const {
    auto const fields = split_csv(line, separator_);
    if (!fields) {
        fault = "a quote has no end";
        return {};
    }
    return task_of_members(
        [&](std::string_view name) -> std::string {
            auto const column = static_cast<std::size_t>(std::ranges::find(names_, name) - names_.begin());
            return column < std::min(names_.size(), fields->size()) ? std::string(trimmed((*fields)[column]))
                                                                    : std::string();
        },
        kind, fault);
}

}  // namespace oms_stop
