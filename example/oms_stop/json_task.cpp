// SPDX-License-Identifier: BSL-1.0
#include "json_task.hpp"

#include "task_text.hpp"
#include "utc.hpp"

#include <boost/json/value.hpp>

#include <array>
#include <utility>

namespace oms_stop {

namespace json = boost::json;

namespace {

struct text_member {
    char const* name;
    std::string task_knowledge::*where;
};

constexpr std::array<text_member, 5> text_members{{{"status", &task_knowledge::status},
                                                   {"source_region", &task_knowledge::source_region},
                                                   {"source_bucket", &task_knowledge::source_bucket},
                                                   {"destination_region", &task_knowledge::destination_region},
                                                   {"destination_bucket", &task_knowledge::destination_bucket}}};

json::value const* member_of(json::object const& from, std::string_view name) noexcept {
    return from.if_contains({name.data(), name.size()});
}

// Some ids are numbers.
std::string text_or_number(json::object const& from, std::string_view name) {
    json::value const* const value = member_of(from, name);
    if (value == nullptr) return {};
    if (value->is_int64()) return std::to_string(value->get_int64());
    if (value->is_uint64()) return std::to_string(value->get_uint64());
    return std::string(text_of(from, name));
}

}  // namespace

std::string_view text_of(json::object const& from, std::string_view name) noexcept {
    auto const* const value = member_of(from, name);
    auto const* const text = value ? value->if_string() : nullptr;
    return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

std::int64_t number_of(json::object const& from, std::string_view name) noexcept {
    auto const* const value = member_of(from, name);
    auto const* const number = value ? value->if_int64() : nullptr;
    return number ? *number : 0;
}

bool is_set(json::object const& from, std::string_view name) noexcept {
    auto const* const value = member_of(from, name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

void add_task(json::object& to, oms::task_ref const& task) {
    if (!task.region.empty()) to["region"] = task.region;
    to["project"] = task.project_id;
    to["task"] = task.task_id;
    std::string_view const word = kind_word(task.kind);
    to["kind"] = json::string_view(word.data(), word.size());
}

void add_shared_knowledge(json::object& to, task_knowledge const& about) {
    for (text_member const& each : text_members) {
        if (!(about.*each.where).empty()) to[each.name] = about.*each.where;
    }
}

void add_knowledge(json::object& to, selected_task const& about) {
    add_shared_knowledge(to, about);
    if (about.started_at) to["last_start"] = utc_text(*about.started_at);
}

std::optional<selected_task> task_of_members(std::function<std::string(std::string_view)> const& member,
                                             oms::task_kind kind, std::string& fault) {
    selected_task result;
    result.task.kind = kind;
    for (spelling const& each : project_spellings) {
        if (result.task.project_id.empty()) result.task.project_id = member(each.name);
    }
    for (spelling const& each : task_spellings) {
        if (!result.task.task_id.empty()) break;
        result.task.task_id = member(each.name);
        if (!result.task.task_id.empty()) result.task.kind = each.kind.value_or(kind);
    }
    result.task.region = member("region");
    if (std::string const word = member("kind"); !word.empty()) {
        auto const own = kind_of_word(word);
        if (!own) fault = "the kind is none of sync, task and group";
        result.task.kind = own.value_or(kind);
    }
    if (fault.empty()) fault = fault_of(result.task);
    if (!fault.empty()) return {};
    for (text_member const& each : text_members)
        result.*each.where = member(each.name);
    result.started_at = utc_of_text(member("last_start"));
    return result;
}

std::optional<selected_task> task_of_json(json::object const& from, oms::task_kind kind, std::string& fault) {
    json::value const* const word = from.if_contains("kind");
    if (word != nullptr && !word->is_string()) {
        fault = "the kind is none of sync, task and group";
        return {};
    }
    return task_of_members([&](std::string_view name) { return text_or_number(from, name); }, kind, fault);
}

task_knowledge knowledge_of_json(json::object const& from) {
    task_knowledge result;
    for (text_member const& each : text_members)
        result.*each.where = text_of(from, each.name);
    return result;
}

}  // namespace oms_stop
