// SPDX-License-Identifier: BSL-1.0
#include "report_list.hpp"

#include "csv.hpp"
#include "json_task.hpp"
#include "plain_text.hpp"
#include "plan.hpp"
#include "run_lines.hpp"
#include "task_text.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace oms_stop {

namespace json = boost::json;

namespace {

// `not-attempted` for `not attempted`, as it is typed.
std::string typed(std::string_view word) {
    std::string text(word);
    std::ranges::transform(text, text.begin(), [](unsigned char c) {
        return c == ' ' || c == '_' ? '-' : static_cast<char>(std::tolower(c));
    });
    return text;
}

bool has(record const& r, record::number n, std::string const& what) {
    bool const failed = r.state(n).ended && !r.state(n).succeeded;
    return typed(what) == typed(r.word(n)) || (what == "unconfirmed" && r.unconfirmed(n)) ||
           (what == "unsure" && r.state(n).unsure) || (failed && what == r.code(n)) ||
           what == r.tasks.task(n).project_id;
}

// Which tasks are wanted, and whether each wish found one.
class choice {
public:
    explicit choice(std::vector<std::string> const& only) : only_(only), found_(only.size()) {}

    bool takes(record const& r, record::number n) {
        bool taken = only_.empty();
        for (std::size_t i = 0; i < only_.size(); ++i) {
            if (!has(r, n, only_[i])) continue;
            found_[i] = true;
            taken = true;
        }
        return taken;
    }

    std::vector<std::string> unmet() const {
        std::vector<std::string> result;
        for (std::size_t i = 0; i < only_.size(); ++i) {
            if (!found_[i]) result.push_back(only_[i]);
        }
        return result;
    }

private:
    std::vector<std::string> const& only_;
    std::vector<bool> found_;
};

json::object line_of(record const& r, record::number n) {
    json::object line;
    selected_task const about = r.tasks[n];
    add_task(line, about.task);
    std::string_view const word = r.word(n);
    line["outcome"] = json::string_view(word.data(), word.size());
    record_entry const e = r.entry(n);
    auto const add = [&](char const* name, std::string_view text) {
        if (!text.empty()) line[name] = json::string_view(text.data(), text.size());
    };
    add("code", e.code);
    add("condition", e.condition);
    if (e.state.read_stopped) line["read_stopped"] = true;
    if (e.state.unsure) line["unsure"] = true;
    if (e.state.timed) {
        add("end", utc_text(r.ended_at(n)));
        line["took_ms"] = std::int64_t{e.state.took_ms};
    }
    add_knowledge(line, about);
    return line;
}

std::string csv_line(std::initializer_list<std::string_view> fields) {
    std::string line;
    for (std::string_view const each : fields)
        line += csv_field(each) + ",";
    line.back() = '\n';
    return line;
}

std::string csv_row(record const& r, record::number n) {
    selected_task const t = r.tasks[n];
    record_entry const e = r.entry(n);
    return csv_line({t.task.region, t.task.project_id, t.task.task_id, kind_word(t.task.kind), r.word(n), e.code,
                     e.state.timed ? utc_text(r.ended_at(n)) : "", t.source_region, t.source_bucket,
                     t.destination_region, t.destination_bucket, t.started_at ? utc_text(*t.started_at) : ""});
}

std::string table_line(record const& r, record::number n) {
    record_entry const e = r.entry(n);
    std::string line = plain(task_path(e.about.task)) + "  " + std::string(r.word(n));
    if (!e.code.empty()) line += "  " + plain(e.code);
    if (r.unconfirmed(n)) line += "  not read as stopped";
    return line + "\n";
}

}  // namespace

std::vector<std::string> print_tasks(record const& r, std::vector<std::string> const& only, std::string const& format,
                                     output& out) {
    choice chosen(only);
    std::optional<plan_writer> plan;
    if (format == "plan") {
        json::object head = maker_line();
        head["of_run"] = text_of(r.run(), "run").empty() ? json::value() : r.run().at("run");
        plan.emplace(out, std::move(head));
    }
    if (format == "csv") {
        out.write(csv_line({"region", "project", "task", "kind", "outcome", "code", "end", "source_region",
                            "source_bucket", "destination_region", "destination_bucket", "last_start"}));
    }
    for (record::number n = 0; n < r.size(); ++n) {
        if (!chosen.takes(r, n)) continue;
        if (plan) {
            plan->write(r.tasks[n]);
        } else if (format == "csv") {
            out.write(csv_row(r, n));
        } else if (format == "json") {
            out.write(json_text(line_of(r, n)) + '\n');
        } else {
            out.write(table_line(r, n));
        }
    }
    if (plan) plan->end(0);
    return chosen.unmet();
}

}  // namespace oms_stop
