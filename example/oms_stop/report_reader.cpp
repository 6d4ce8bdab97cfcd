// SPDX-License-Identifier: BSL-1.0
#include "report_reader.hpp"

#include "failure.hpp"
#include "json_task.hpp"
#include "report_line.hpp"
#include "report_lines.hpp"
#include "task_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace oms_stop {

namespace json = boost::json;

namespace {

class report_reader {
public:
    explicit report_reader(text_source& from) : source_(from) {}

    void line(std::size_t number, std::string_view text) {
        boost::system::error_code code;
        json::value const value = json::parse({text.data(), text.size()}, code);
        bool const object = !code && value.is_object();
        if (number == 1) return first(object ? &value.get_object() : nullptr, text);
        if (!object) return broken(number, "this is no JSON object");
        if (!seal_fits(text)) return broken(number, "its checksum is wrong: the line was changed");
        if (char const* const fault = take(value.get_object())) broken(number, fault);
    }

    record finish() {
        if (result_.sessions.empty()) throw usage_error(source_.name() + ": this is no report: it is empty");
        std::int64_t const planned = number_of(result_.run(), "tasks");
        if (std::cmp_less(planned_, planned)) result_.missing = static_cast<std::size_t>(planned) - planned_;
        if (result_.missing > 0 && result_.damage.count() == 0) {
            throw usage_error(source_.name() + ": that run ended before its first stop; start it again");
        }
        if (doubt_) result_.doubt_all();
        return std::move(result_);
    }

private:
    void first(json::object const* line, std::string_view text) {
        auto const refuse = [&](char const* fault) { throw usage_error(source_.name() + ":1: " + fault); };
        if (line == nullptr || text_of(*line, "type") != "run")
            refuse("this is no report: its first line would say so");
        if (number_of(*line, "schema") != report_schema) refuse("its form is not known to this version");
        if (!seal_fits(text)) {
            refuse(
                "the first line of this report was changed, so nobody knows what was to be done, where and as whom: "
                "start again with a report of its own; tasks that are stopped already count as such");
        }
        begin(*line);
        result_.confirm = is_set(*line, "confirm");
    }

    void begin(json::object const& line) {
        run_session& s = result_.sessions.emplace_back();
        s.begun = line;
        s.begin = utc_of_text(text_of(line, "at")).value_or(utc_time());
    }

    // A sentence where it will not do.
    char const* take(json::object const& line) {
        if (line.contains("sent")) return change(line, "sent");
        if (line.contains("result")) return change(line, "result");
        std::string_view const type = text_of(line, "type");
        if (type == "planned") return planned(line);
        if (type == "resume") {
            begin(line);
            result_.confirm = result_.confirm || is_set(line, "confirm");
        }
        if (type == "end") result_.sessions.back().ended = line;
        return nullptr;
    }

    char const* change(json::object const& line, char const* what) {
        begun_ = true;
        std::int64_t const number = number_of(line, what);
        auto const at = std::ranges::lower_bound(result_.planned, number, {}, &record::planned_tasks::last);
        if (at == result_.planned.end() || number < at->first) return "it speaks of a task that is not planned";
        auto const n = static_cast<record::number>(at->from + static_cast<std::size_t>(number - at->first));
        if (*what == 's') {
            result_.sent(n);
        } else {
            result_.take(n, line);
        }
        auto& last = result_.sessions.back().last_ms;
        last =
            std::max(last, static_cast<std::uint32_t>(std::clamp<std::int64_t>(number_of(line, "ms"), 0, UINT32_MAX)));
        return nullptr;
    }

    char const* planned(json::object const& line) {
        static constexpr char fault[] = "it names no tasks";
        selected_task task;
        static_cast<task_knowledge&>(task) = knowledge_of_json(line);
        task.task.region = text_of(line, "region");
        task.task.project_id = text_of(line, "project");
        task.task.kind = kind_of_word(text_of(line, "kind")).value_or(oms::task_kind::sync_task);
        auto const* const ids = line.if_contains("tasks");
        auto const* const starts = line.if_contains("last_starts");
        if (ids == nullptr || !ids->is_array() || ids->get_array().empty()) return fault;
        // Numbers only grow, so that each is one task's.
        std::int64_t const first = number_of(line, "planned");
        std::int64_t const least = result_.planned.empty() ? 1 : result_.planned.back().last + 1;
        if (first < least || first > std::numeric_limits<std::int64_t>::max() - std::int64_t{UINT32_MAX}) return fault;
        std::size_t const from = result_.size(), count = ids->get_array().size();
        std::size_t named = 0;
        for (; named < count; ++named) {
            json::value const& id = ids->get_array()[named];
            if (!id.is_string()) break;
            task.task.task_id = id.get_string();
            task.started_at.reset();
            if (starts != nullptr && starts->is_array() && named < starts->get_array().size()) {
                json::value const& ms = starts->get_array()[named];
                if (ms.is_int64()) task.started_at = utc_of_milliseconds(ms.get_int64());
            }
            if (result_.add(task) != from + named) break;  // it was planned before
        }
        if (named > 0) result_.planned.push_back({first, first + static_cast<std::int64_t>(named) - 1, from});
        planned_ += named;
        return named == count ? nullptr : fault;
    }

    // Before all is planned it was a line of the plan; later one of any task.
    void broken(std::size_t number, std::string fault) {
        result_.damage.add(number, std::move(fault));
        bool const of_plan = std::cmp_less(planned_, number_of(result_.run(), "tasks")) && !begun_;
        doubt_ = doubt_ || !of_plan;
    }

    text_source& source_;
    record result_;
    std::size_t planned_ = 0;
    bool begun_ = false;
    bool doubt_ = false;
};

}  // namespace

record read_report(text_source& from) {
    report_reader reader(from);
    for (line_splitter lines(from); lines.next();) {
        if (lines.whole()) reader.line(lines.number(), lines.line());
    }
    return reader.finish();
}

}  // namespace oms_stop
