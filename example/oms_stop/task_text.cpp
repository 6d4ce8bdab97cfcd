// SPDX-License-Identifier: BSL-1.0
#include "task_text.hpp"

#include "plain_text.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace oms_stop {

namespace {

constexpr std::array<std::string_view, 3> words{"sync", "task", "group"};

bool is_region(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

std::string fault_of_part(std::string_view part, std::string_view name, std::size_t longest) {
    auto const wrong = [&](std::string_view what) { return "the " + std::string(name) + " " + std::string(what); };
    if (part.empty()) return wrong("is missing");
    if (part.size() > longest) return wrong("is longer than " + std::to_string(longest) + " characters");
    if (part == "." || part == "..") return wrong("cannot be \".\" or \"..\"");
    if (!is_utf8(part)) return wrong("is no UTF-8");
    if (!is_plain(part)) return wrong("has a control character");
    for (char const c : part) {
        if (c == '/' || c == '\\') return wrong("has a slash");
        if (c == ' ') return wrong("has a space");
    }
    return {};
}

}  // namespace

std::string_view kind_word(oms::task_kind kind) noexcept {
    return words[static_cast<std::size_t>(kind)];
}

std::optional<oms::task_kind> kind_of_word(std::string_view word) noexcept {
    auto const* const found = std::ranges::find(words, word);
    if (found == words.end()) return {};
    return static_cast<oms::task_kind>(found - words.begin());
}

std::string kind_phrase(oms::task_kind kind, std::size_t count) {
    return std::string(to_string(kind)) + (count == 1 ? "" : "s");
}

std::string counted(std::size_t count, std::string_view what) {
    return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

std::string fault_of(oms::task_ref const& task) {
    if (!task.region.empty() && !is_region(task.region)) return "the region is no region's name";
    std::string fault = fault_of_part(task.project_id, "project", 1024);
    if (fault.empty()) fault = fault_of_part(task.task_id, "task", task.kind == oms::task_kind::sync_task ? 255 : 1024);
    return fault;
}

std::optional<oms::task_ref> parse_task(std::string_view text, oms::task_kind kind, std::string& fault) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        std::size_t const end = std::min(text.find('/', begin), text.size());
        parts.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    if (parts.size() != 2 && parts.size() != 3) {
        fault = "a task is written [region/]project/task";
        return {};
    }
    oms::task_ref task(parts[parts.size() - 2], parts.back(), kind);
    if (parts.size() == 3) {
        task.region = parts.front();
        if (task.region.empty()) fault = "the region is missing";
    }
    if (fault.empty()) fault = fault_of(task);
    if (!fault.empty()) return {};
    return task;
}

std::optional<oms::task_ref> parse_project(std::string_view text, oms::task_kind kind, std::string& fault) {
    std::size_t const slash = text.find('/');
    bool const named = slash != std::string_view::npos;
    oms::task_ref place(std::string(named ? text.substr(slash + 1) : text), "any", kind);
    if (named) place.region = text.substr(0, slash);
    fault = named && slash == 0 ? "the region is missing" : fault_of(place);
    if (!fault.empty()) return {};
    place.task_id.clear();
    return place;
}

std::string task_path(oms::task_ref const& task) {
    std::string path = task.region;
    if (!path.empty()) path += '/';
    return path.append(task.project_id).append("/").append(task.task_id);
}

}  // namespace oms_stop
