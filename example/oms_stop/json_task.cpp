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
    std::string selected_task::*where;
};

constexpr std::array<text_member, 5> text_members{{{"status", &selected_task::status},
                                                   {"source_region", &selected_task::source_region},
                                                   {"source_bucket", &selected_task::source_bucket},
                                                   {"destination_region", &selected_task::destination_region},
                                                   {"destination_bucket", &selected_task::destination_bucket}}};

}  // namespace

std::string_view text_of(json::object const& from, std::string_view name) noexcept {
    auto const* const value = from.if_contains({name.data(), name.size()});
    auto const* const text = value ? value->if_string() : nullptr;
    return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

std::int64_t number_of(json::object const& from, std::string_view name) noexcept {
    auto const* const value = from.if_contains({name.data(), name.size()});
    auto const* const number = value ? value->if_int64() : nullptr;
    return number ? *number : 0;
}

void add_task(json::object& to, oms::task_ref const& task) {
    if (!task.region.empty()) to["region"] = task.region;
    to["project"] = task.project_id;
    to["task"] = task.task_id;
    std::string_view const word = kind_word(task.kind);
    to["kind"] = json::string_view(word.data(), word.size());
}

void add_knowledge(json::object& to, selected_task const& about) {
    for (text_member const& each : text_members) {
        if (!(about.*each.where).empty()) to[each.name] = about.*each.where;
    }
    if (about.started_at) to["last_start"] = utc_text(*about.started_at);
}

std::optional<selected_task> task_of_json(json::object const& from, oms::task_kind kind, std::string& fault) {
    auto const first_of = [&](std::string_view a, std::string_view b) {
        std::string_view const text = text_of(from, a);
        return std::string(text.empty() ? text_of(from, b) : text);
    };
    selected_task result(oms::task_ref(first_of("project", "project_id"), first_of("task", "task_id"), kind,
                                       first_of("region", "region")));
    if (from.contains("kind")) {
        auto const own = kind_of_word(text_of(from, "kind"));
        if (!own) fault = "the kind is none of sync, task and group";
        result.task.kind = own.value_or(kind);
    }
    if (fault.empty()) fault = fault_of(result.task);
    if (!fault.empty()) return {};
    for (text_member const& each : text_members)
        result.*each.where = text_of(from, each.name);
    result.started_at = utc_of_text(text_of(from, "last_start"));
    return result;
}

}  // namespace oms_stop
