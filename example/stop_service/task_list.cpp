// SPDX-License-Identifier: BSL-1.0
#include "task_list.hpp"

#include "request_error.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace json = boost::json;

namespace stop_service {

namespace {

constexpr std::pair<oms::task_kind, std::string_view> kinds[] = {
    {oms::task_kind::sync_task, "sync_task"},
    {oms::task_kind::migration_task, "migration_task"},
    {oms::task_kind::task_group, "task_group"},
};

[[noreturn]] void wrong(std::size_t at, std::string const& what) {
    throw request_error(400, "entry " + std::to_string(at) + " of the list " + what);
}

oms::task_kind kind_at(std::size_t at, std::string_view name) {
    auto const kind = kind_of(name);
    if (!kind) wrong(at, "has a kind that is none of sync_task, migration_task and task_group");
    return *kind;
}

oms::task_ref task_at(std::size_t at, json::value const& entry) {
    json::object const* const members = entry.if_object();
    if (members == nullptr) wrong(at, "is no object");
    oms::task_ref task;
    for (auto const& [name, value] : *members) {
        json::string const* const text = value.if_string();
        if (text == nullptr) wrong(at, "has a member that is no text");
        if (name == "project_id") {
            task.project_id = *text;
        } else if (name == "task_id") {
            task.task_id = *text;
        } else if (name == "region") {
            task.region = *text;
        } else if (name == "kind") {
            task.kind = kind_at(at, *text);
        } else {
            wrong(at, "has a member other than project_id, task_id, region and kind");
        }
    }
    if (task.project_id.empty() || task.task_id.empty()) wrong(at, "lacks its project_id or its task_id");
    return task;
}

}  // namespace

std::string_view kind_name(oms::task_kind kind) noexcept {
    return std::ranges::find(kinds, kind, [](auto const& each) { return each.first; })->second;
}

std::optional<oms::task_kind> kind_of(std::string_view name) noexcept {
    for (auto const& [kind, its_name] : kinds) {
        if (name == its_name) return kind;
    }
    return std::nullopt;
}

std::vector<oms::task_ref> parse_task_list(std::string_view text, std::size_t most) {
    json::parse_options strict;
    strict.max_depth = 2;  // a list of objects
    oms::error_code code;
    json::value const document = json::parse(text, code, {}, strict);
    if (code) throw request_error(400, "the body is no list in JSON: " + code.message());
    json::array const* const list = document.if_array();
    if (list == nullptr || list->empty()) throw request_error(400, "the body is no list, or an empty one");
    if (list->size() > most)
        throw request_error(413, "the list is longer than " + std::to_string(most) + ": send it in parts");
    std::vector<oms::task_ref> tasks;
    tasks.reserve(list->size());
    for (std::size_t at = 0; at < list->size(); ++at)
        tasks.push_back(task_at(at, (*list)[at]));
    // By order and not by hash: nobody outside can make comparing them take long.
    std::ranges::sort(tasks);
    tasks.erase(std::unique(tasks.begin(), tasks.end()), tasks.end());
    return tasks;
}

}  // namespace stop_service
