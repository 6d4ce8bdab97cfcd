// SPDX-License-Identifier: BSL-1.0
#include "look.hpp"

#include "report_lines.hpp"
#include "task_text.hpp"

#include <string>

namespace oms_stop {

namespace json = boost::json;

namespace {

std::string when(std::optional<utc_time> const& time) {
    return time ? utc_text(*time) : "never";
}

std::string difference(selected_task const& planned, selected_task const& now) {
    if (planned.status != now.status) return "it reads " + now.status + ", planned when " + planned.status;
    return "it was started at " + when(now.started_at) + ", planned when last started at " + when(planned.started_at);
}

bool differs(selected_task const& planned, selected_task const& now) {
    auto const ms = [](std::optional<utc_time> const& t) {
        return t ? std::chrono::floor<milliseconds>(*t) : std::chrono::sys_time<milliseconds>();
    };
    return planned.status != now.status || ms(planned.started_at) != ms(now.started_at);
}

// Without a time: it is no moment of the run.
json::object looked_at(std::int64_t number, std::string_view outcome) {
    json::object line = look_line(number, milliseconds(0), outcome);
    line.erase("ms");
    return line;
}

json::object not_stopped(std::int64_t number, std::string_view outcome, std::string code, std::string_view condition,
                         std::string message) {
    json::object line = looked_at(number, outcome);
    line["code"] = std::move(code);
    line["condition"] = json::string_view(condition.data(), condition.size());
    line["message"] = std::move(message);
    return line;
}

class looker {
public:
    looker(console& say, options const& o, record& of, bool from_plan)
        : say_(say), options_(o), record_(of), from_plan_(from_plan) {}

    void take(record::number n, service::shown const& shown) {
        oms::task_ref const task = record_.tasks.task(n);
        if (shown.code) return unreadable(n, task, shown);
        selected_task const planned = record_.tasks[n];
        selected_task const now = knowledge_of(shown.info, task);
        record_.tasks.learn(n, now);
        if (shown.info.stopped()) {
            ++counts.stopped;
            return stopped(n, shown.info.status);
        }
        if (!from_plan_ || planned.status.empty() || !differs(planned, now)) return;
        ++counts.changed;
        say_.say(task_path(task) + " has changed since the plan was made: " + difference(planned, now));
        if (!options_.accept_changes) {
            record_.take(n, not_stopped(record_.report_number(n), "changed", "tool:changed", "changed",
                                        difference(planned, now)));
        }
    }

    look_counts counts;

private:
    void unreadable(record::number n, oms::task_ref const& task, service::shown const& shown) {
        ++counts.unreadable;
        if (!from_plan_) return;  // who may stop need not be allowed to read
        say_.say(task_path(task) + " cannot be compared with the plan: " + shown.fault);
        if (options_.accept_changes) return;
        json::object line = result_line(record_.report_number(n), milliseconds(0), shown.code, shown.info.call, {});
        for (char const* const member : {"ms", "took", "request_id"})
            line.erase(member);
        line["outcome"] = "not_sent";
        record_.take(n, line);
    }

    void stopped(record::number n, std::string const& status) {
        json::object line = looked_at(record_.report_number(n), "already_stopped");
        if (options_.already_stopped_fails) {
            line["code"] = "tool:not_running";
            line["condition"] = "not_running";
            line["message"] = "it reads " + status;
        }
        line["read"] = status;
        line["read_stopped"] = true;
        record_.take(n, line);
    }

    console& say_;
    options const& options_;
    record& record_;
    bool const from_plan_;
};

}  // namespace

look_counts look_at(service& s, options const& o, record& of, bool from_plan) {
    looker look(s.say(), o, of, from_plan);
    s.show(
        of.size(), [&](std::size_t n) { return of.tasks.task(static_cast<record::number>(n)); },
        [&](std::size_t n, service::shown const& shown) { look.take(static_cast<record::number>(n), shown); });
    look.counts.looked = true;
    return look.counts;
}

void write_looked_at(journal& to, record const& of) {
    for (record::number n = 0; n < of.size(); ++n) {
        if (!of.state(n).ended) continue;
        record_entry const e = of.entry(n);
        json::object line =
            not_stopped(of.report_number(n), e.outcome, std::string(e.code), e.condition, std::string(e.message));
        if (e.state.succeeded) {
            for (char const* const member : {"code", "condition", "message"})
                line.erase(member);
        }
        if (e.state.read_stopped) {
            line["read"] = e.about.status;
            line["read_stopped"] = true;
        }
        to.write(line);
    }
}

}  // namespace oms_stop
