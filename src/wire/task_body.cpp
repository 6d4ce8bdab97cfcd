// SPDX-License-Identifier: BSL-1.0
#include "wire/task_body.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace oms::wire {

namespace {

namespace json = boost::json;

// Text as it is, numbers in decimal; anything else is no text.
std::string text_of(json::value const* v) {
    if (v == nullptr) return {};
    if (auto const* s = v->if_string()) return std::string(s->data(), s->size());
    if (auto const* i = v->if_int64()) return std::to_string(*i);
    if (auto const* u = v->if_uint64()) return std::to_string(*u);
    return {};
}

std::string member(json::object const& o, std::string_view name) {
    return text_of(o.if_contains(json::string_view(name.data(), name.size())));
}

std::optional<std::chrono::system_clock::time_point> time_of(json::object const& o, std::string_view name) {
    auto const* v = o.if_contains(json::string_view(name.data(), name.size()));
    auto const* ms = v != nullptr ? v->if_int64() : nullptr;
    constexpr auto last = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::time_point::max().time_since_epoch());
    if (ms == nullptr || *ms <= 0 || *ms > last.count()) return std::nullopt;
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::milliseconds(*ms)));
}

json::object const* node(json::object const& o, std::string_view name) {
    auto const* v = o.if_contains(json::string_view(name.data(), name.size()));
    return v != nullptr ? v->if_object() : nullptr;
}

std::string_view id_member(task_kind kind) noexcept {
    switch (kind) {
        case task_kind::sync_task:
            return "sync_task_id";
        case task_kind::migration_task:
            return "id";
        case task_kind::task_group:
            break;
    }
    return "group_id";
}

void fill(json::object const& o, task_info& out) {
    out.status = member(o, "status");
    out.name = member(o, "name");
    out.description = member(o, "description");
    if (out.task.kind == task_kind::sync_task) {
        out.source_cloud = member(o, "src_cloud_type");
        out.source_region = member(o, "src_region");
        out.source_bucket = member(o, "src_bucket");
        out.destination_region = member(o, "dst_region");
        out.destination_bucket = member(o, "dst_bucket");
        out.created_at = time_of(o, "create_time");
        out.started_at = time_of(o, "last_start_time");
    } else {
        if (auto const* from = node(o, "src_node")) {
            out.source_cloud = member(*from, "cloud_type");
            out.source_region = member(*from, "region");
            out.source_bucket = member(*from, "bucket");
        }
        if (auto const* to = node(o, "dst_node")) {
            out.destination_region = member(*to, "region");
            out.destination_bucket = member(*to, "bucket");
        }
        out.started_at = time_of(o, "start_time");
    }
}

json::value parse(std::string_view body) {
    boost::system::error_code ec;
    json::parse_options options;
    options.max_depth = 32;
    json::value v = json::parse(json::string_view(body.data(), body.size()), ec, {}, options);
    return ec ? json::value() : v;
}

}  // namespace

error_code parse_task(std::string_view body, task_info& out) {
    json::value const v = parse(body);
    auto const* o = v.if_object();
    if (o == nullptr) return errc::unexpected_body;
    fill(*o, out);
    if (out.status.empty()) return errc::unexpected_body;
    out.json = body;
    return {};
}

error_code parse_page(std::string_view body, list_query const& query, task_page& out) {
    json::value const v = parse(body);
    auto const* o = v.if_object();
    auto const* rows =
        o != nullptr ? o->if_contains(query.kind == task_kind::task_group ? "taskgroups" : "tasks") : nullptr;
    auto const* list = rows != nullptr ? rows->if_array() : nullptr;
    if (list == nullptr) return errc::unexpected_body;
    for (json::value const& row : *list) {
        auto const* each = row.if_object();
        if (each == nullptr) continue;
        task_info info;
        info.task = task_ref(query.project_id, member(*each, id_member(query.kind)), query.kind, query.region);
        if (info.task.task_id.empty()) continue;
        fill(*each, info);
        info.json = json::serialize(*each);
        out.tasks.push_back(std::move(info));
    }
    auto const* count = o->if_contains("count");
    auto const* total = count != nullptr ? count->if_int64() : nullptr;
    out.total = total != nullptr && *total > 0 ? static_cast<std::uint64_t>(*total) : out.tasks.size();
    return {};
}

}  // namespace oms::wire
