// SPDX-License-Identifier: BSL-1.0
#include "testing/service.hpp"

#include "testing/query.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace oms::testing {

namespace {

namespace json = boost::json;

constexpr std::int64_t created_at = 1'726'000'000'000;  // ms; nothing depends on it
constexpr std::int64_t started_at = created_at + 60'000;

task_key key_of(route const& where) {
    return {where.kind, where.project, where.task};
}

void give(kind_options::answer const& what, reply& out) {
    if (what.status / 100 == 2) {
        out.status = what.status;
    } else {
        out.fail(what.status, what.service_code, what.service_message);
    }
}

// What list and show of a sync task have in common.
json::object describe_sync_task(std::string const& id, int state) {
    return {{"sync_task_id", id},
            {"src_cloud_type", "Aliyun"},
            {"src_region", "cn-beijing"},
            {"src_bucket", "source"},
            {"create_time", created_at},
            {"last_start_time", started_at},
            {"dst_bucket", "destination"},
            {"dst_region", "cn-north-4"},
            {"description", ""},
            {"status", task_state::to_text(task_kind::sync_task, state)},
            {"enable_kms", false},
            {"enable_metadata_migration", true},
            {"enable_restore", false},
            {"object_overwrite_mode", "FULL_OVERWRITE"},
            {"dst_storage_policy", "STANDARD"},
            {"consistency_check", "crc64"}};
}

json::object describe_nodes() {
    return {{"src_node", {{"cloud_type", "Aliyun"}, {"region", "cn-beijing"}, {"bucket", "source"}}},
            {"dst_node", {{"region", "cn-north-4"}, {"bucket", "destination"}}}};
}

json::object describe_migration_task(std::string const& id, int state) {
    json::object task = describe_nodes();
    std::int64_t number = 0;
    auto const* const end = id.data() + id.size();
    auto const parsed = std::from_chars(id.data(), end, number);
    // The service's are numbers; what tests call something else stays text.
    task["id"] = parsed.ec == std::errc() && parsed.ptr == end ? json::value(number) : json::value(id);
    task["name"] = "task-" + id;
    task["status"] = state;
    task["task_type"] = "prefix";
    task["group_type"] = "NORMAL_TASK";
    task["progress"] = 0.5;
    task["start_time"] = started_at;
    return task;
}

json::object describe_group(std::string const& id, int state) {
    json::object group = describe_nodes();
    group["group_id"] = id;
    group["status"] = state;
    group["task_type"] = "PREFIX";
    group["start_time"] = started_at;
    group["total_task_num"] = 1;
    return group;
}

json::object describe(task_kind kind, std::string const& id, int state) {
    if (kind == task_kind::sync_task) return describe_sync_task(id, state);
    if (kind == task_kind::migration_task) return describe_migration_task(id, state);
    return describe_group(id, state);
}

std::optional<int> wanted_state(route const& where) {
    auto const text = find_parameter(where.query, "status");
    if (!text) return std::nullopt;
    auto const state = task_state::from_text(where.kind, *text);
    if (!state) throw bad_parameter("status");
    return state;
}

// The keys that a start brings; nothing of them is kept.
void check_keys(task_kind kind, std::string_view body) {
    boost::system::error_code ec;
    json::value const parsed = json::parse(json::string_view(body.data(), body.size()), ec);
    auto const* const keys = ec ? nullptr : parsed.if_object();
    if (keys == nullptr) throw bad_parameter("body");
    bool const without_source = kind != task_kind::sync_task && !keys->contains("src_ak") && !keys->contains("src_sk");
    for (char const* const name : {"src_ak", "src_sk", "dst_ak", "dst_sk"}) {
        if (without_source && std::string_view(name).starts_with("src")) continue;
        auto const* const found = keys->if_contains(name);
        auto const* const text = found == nullptr ? nullptr : found->if_string();
        if (text == nullptr || text->empty() || text->size() > 100) throw bad_parameter(name);
    }
}

}  // namespace

service::service(simulator_options const& options)
    : kinds_{options.sync_tasks, options.migration_tasks, options.task_groups} {}

bool service::execute(route const& where, std::string_view body, world& tasks, reply& out) const {
    try {
        switch (where.operation) {
            case operation::stop:
                return stop(where, tasks, out);
            case operation::start:
                return start(where, body, tasks, out);
            case operation::show:
                show(where, tasks, out);
                break;
            case operation::list:
                list(where, tasks, out);
                break;
            case operation::none:
                break;
        }
    } catch (bad_parameter const& e) {
        out.fail(400, "OMS.0001", std::string("Invalid parameter: ") + e.what());
    }
    return false;
}

bool service::stop(route const& where, world& tasks, reply& out) const {
    auto const& kind = kinds_[static_cast<std::size_t>(where.kind)];
    switch (tasks.stop(key_of(where), kind.pausing_shows)) {
        case world::change::done:
            return true;
        case world::change::not_in_this_state:
            give(kind.stop_of_stopped, out);
            break;
        case world::change::no_such_task:
            give(kind.unknown_task, out);
            break;
    }
    return false;
}

bool service::start(route const& where, std::string_view body, world& tasks, reply& out) const {
    check_keys(where.kind, body);
    auto const& kind = kinds_[static_cast<std::size_t>(where.kind)];
    switch (tasks.start(key_of(where))) {
        case world::change::done:
            return true;
        case world::change::not_in_this_state:
            give(kind.start_of_started, out);
            break;
        case world::change::no_such_task:
            give(kind.unknown_task, out);
            break;
    }
    return false;
}

void service::show(route const& where, world& tasks, reply& out) const {
    bool const is_sync = where.kind == task_kind::sync_task;
    if (is_sync && !find_number(where.query, "query_time", 0, std::numeric_limits<std::int64_t>::max())) {
        throw bad_parameter("query_time");
    }
    auto const state = tasks.show(key_of(where));
    if (!state) return give(kinds_[static_cast<std::size_t>(where.kind)].unknown_task, out);
    auto object = describe(where.kind, where.task, *state);
    if (is_sync) {
        for (auto const* counter : {"monthly_acceptance_request", "monthly_success_object", "monthly_failure_object",
                                    "monthly_skip_object", "monthly_size"}) {
            object[counter] = 0;
        }
    }
    out.body = json::serialize(object);
}

void service::list(route const& where, world const& tasks, reply& out) const {
    bool const is_sync = where.kind == task_kind::sync_task;
    auto const most = is_sync ? 10'000 : std::int64_t{std::numeric_limits<std::int32_t>::max()};
    auto const limit = find_number(where.query, "limit", 1, 100).value_or(10);
    auto const offset = find_number(where.query, "offset", 0, most).value_or(0);
    auto const page = tasks.list(where.kind, where.project, wanted_state(where), static_cast<std::size_t>(offset),
                                 static_cast<std::size_t>(limit));
    json::array rows;
    for (auto const& [id, state] : page.rows) {
        rows.push_back(describe(where.kind, id, state));
    }
    json::object object;
    object["count"] = page.count;
    object[where.kind == task_kind::task_group ? "taskgroups" : "tasks"] = std::move(rows);
    out.body = json::serialize(object);
}

}  // namespace oms::testing
