// SPDX-License-Identifier: BSL-1.0
#include "call/operation.hpp"

#include "call/start_body.hpp"

#include <array>
#include <cstddef>

namespace oms::call {

namespace {

using enum wire::method;

// In the order of `task_kind`.
using by_kind = std::array<operation, 3>;

constexpr std::string_view sync_tasks = "/sync-tasks";
constexpr std::string_view tasks = "/tasks";
constexpr std::string_view task_groups = "/taskgroups";

// "Only monitoring groups and tasks can be paused": no sync task is told so.
constexpr std::array<std::string_view, 1> not_monitored{"OMS.1038"};
constexpr std::array<std::string_view, 1> has_started{"OMS.0065"};

constexpr operation acting(operation_kind kind, wire::method verb, std::string_view collection, std::string_view action,
                           outcome success, outcome already) {
    operation o;
    o.kind = kind;
    o.line = {verb, wire::path_of::task, collection, action};
    o.does = effect::idempotent;
    o.success = success;
    o.already = already;
    return o;
}

constexpr operation stop_of(wire::method verb, std::string_view collection) {
    operation o = acting(operation_kind::stop, verb, collection, "/stop", outcome::stopped, outcome::already_stopped);
    o.configured_codes = true;
    return o;
}

// A task that waits for its turn "is not running" either.
constexpr operation confirmed_stop_of(wire::method verb, std::string_view collection) {
    operation o = stop_of(verb, collection);
    o.already_codes = not_monitored;
    o.confirmed_by = confirmation::show;
    return o;
}

constexpr operation start_of(wire::method verb, std::string_view collection, secret (*body)(start_keys const&)) {
    operation o = acting(operation_kind::start, verb, collection, "/start", outcome::started, outcome::already_started);
    o.write_body = body;
    o.already_codes = has_started;
    return o;
}

constexpr operation reading(operation_kind kind, wire::request_line line, reply_body says,
                            void (*query)(std::string&, query_values const&)) {
    operation o;
    o.kind = kind;
    o.line = line;
    o.write_query = query;
    o.says = says;
    return o;
}

constexpr operation show_of(std::string_view collection, void (*query)(std::string&, query_values const&)) {
    return reading(operation_kind::show, {get, wire::path_of::task, collection, ""}, reply_body::task, query);
}

constexpr operation list_of(std::string_view collection) {
    return reading(operation_kind::list, {get, wire::path_of::project, collection, ""}, reply_body::page, write_page);
}

constexpr operation of_iam(operation o) {
    o.asked = service::iam;
    return o;
}

constexpr by_kind stop{stop_of(post, sync_tasks), confirmed_stop_of(post, tasks), confirmed_stop_of(put, task_groups)};
constexpr by_kind start{start_of(post, sync_tasks, write_start_body), start_of(post, tasks, write_start_body),
                        start_of(put, task_groups, write_start_body)};
constexpr by_kind show{show_of(sync_tasks, write_query_time), show_of(tasks, nullptr), show_of(task_groups, nullptr)};
constexpr by_kind list{list_of(sync_tasks), list_of(tasks), list_of(task_groups)};
constexpr operation find_project =
    of_iam(reading(operation_kind::find_project, {get, wire::path_of::itself, "/v3/projects", ""}, reply_body::projects,
                   write_project_name));

}  // namespace

operation const& stop_operation(task_kind kind) noexcept {
    return stop[static_cast<std::size_t>(kind)];
}

operation const& start_operation(task_kind kind) noexcept {
    return start[static_cast<std::size_t>(kind)];
}

operation const& show_operation(task_kind kind) noexcept {
    return show[static_cast<std::size_t>(kind)];
}

operation const& list_operation(task_kind kind) noexcept {
    return list[static_cast<std::size_t>(kind)];
}

operation const& find_project_operation() noexcept {
    return find_project;
}

}  // namespace oms::call
