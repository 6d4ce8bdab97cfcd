// SPDX-License-Identifier: BSL-1.0
#include "report_lines.hpp"

#include "json_task.hpp"
#include "task_text.hpp"

#include <oms/task_info.hpp>

#include <boost/json/array.hpp>

#include <utility>

namespace oms_stop {

namespace json = boost::json;

namespace {

constexpr std::size_t tasks_of_a_line = 50;

json::string_view view(std::string_view text) {
    return {text.data(), text.size()};
}

bool alike(selected_task const& a, selected_task const& b) {
    return a.task.project_id == b.task.project_id && a.task.region == b.task.region && a.task.kind == b.task.kind &&
           static_cast<task_knowledge const&>(a) == static_cast<task_knowledge const&>(b) &&
           a.started_at.has_value() == b.started_at.has_value();
}

// Gathers tasks for a line.
class planned_line {
public:
    explicit planned_line(journal& to) : to_(to) {}

    void add(record::number n, selected_task task) {
        if (!ids_.empty() && (ids_.size() == tasks_of_a_line || !alike(first_, task))) write();
        if (ids_.empty()) from_ = n;
        ids_.emplace_back(view(task.task.task_id));
        if (task.started_at) {
            starts_.emplace_back(std::chrono::duration_cast<milliseconds>(task.started_at->time_since_epoch()).count());
        }
        first_ = std::move(task);
    }

    void write() {
        if (ids_.empty()) return;
        json::object line{{"type", "planned"}, {"planned", std::int64_t{from_} + 1}};
        if (!first_.task.region.empty()) line["region"] = first_.task.region;
        line["project"] = first_.task.project_id;
        line["kind"] = view(kind_word(first_.task.kind));
        add_shared_knowledge(line, first_);
        line["tasks"] = std::exchange(ids_, {});
        if (!starts_.empty()) line["last_starts"] = std::exchange(starts_, {});
        to_.write(line);
    }

private:
    journal& to_;
    record::number from_ = 0;
    selected_task first_;
    json::array ids_, starts_;
};

}  // namespace

void write_planned(journal& to, task_table const& tasks) {
    planned_line line(to);
    for (record::number n = 0; n < tasks.size(); ++n)
        line.add(n, tasks[n]);
    line.write();
}

json::object sent_line(std::int64_t number, milliseconds at) {
    return {{"sent", number}, {"ms", at.count()}};
}

json::object look_line(std::int64_t number, milliseconds at, std::string_view outcome) {
    return {{"result", number}, {"ms", at.count()}, {"outcome", view(outcome)}};
}

json::object result_line(std::int64_t number, milliseconds at, oms::error_code code, oms::stop_result const& result,
                         json::array tries) {
    json::object line = look_line(number, at, to_string(result.outcome));
    line["took"] = std::chrono::duration_cast<milliseconds>(result.elapsed).count();
    if (code) {
        // The service's words where they are what is wrong, and not what is doubted.
        bool const ours = result.service_code.empty() || code == oms::errc::not_confirmed_stopped;
        line["code"] =
            ours ? std::string(code.category().name()) + ":" + std::to_string(code.value()) : result.service_code;
        line["condition"] = view(condition_name(code));
        bool const says = !result.service_message.empty() && code != oms::errc::not_confirmed_stopped;
        line["message"] = says ? result.service_message : code.message();
    }
    if (code || tries.size() > 1) {
        line["http"] = result.http_status;
        line["tries"] = std::move(tries);
    } else if (!result.request_id.empty()) {
        line["request_id"] = result.request_id;
    }
    if (result.confirmed) line["read"] = result.final_status;
    return line;
}

std::string_view condition_name(oms::error_code code) noexcept {
    using oms::condition;
    static constexpr std::pair<condition, std::string_view> rows[] = {
        {condition::not_running, "not_running"},
        {condition::invalid_argument, "invalid_argument"},
        {condition::unauthenticated, "unauthenticated"},
        {condition::permission_denied, "permission_denied"},
        {condition::not_found, "not_found"},
        {condition::misrouted, "misrouted"},
        {condition::throttled, "throttled"},
        {condition::blocked, "blocked"},
        {condition::tls_failed, "tls_failed"},
        {condition::proxy_failed, "proxy_failed"},
        {condition::timed_out, "timed_out"},
        {condition::connection_failed, "connection_failed"},
        {condition::unavailable, "unavailable"},
        {condition::protocol_error, "protocol_error"},
        {condition::cancelled, "cancelled"},
    };
    if (code == oms::errc::not_confirmed_stopped) return "not_confirmed_stopped";
    for (auto const& [value, name] : rows) {
        if (code == value) return name;
    }
    return {};
}

bool read_as_stopped(oms::task_ref const& task, oms::stop_result const& result) {
    oms::task_info read;
    read.task = task;
    read.status = result.final_status;
    return result.confirmed && read.stopped();
}

}  // namespace oms_stop
