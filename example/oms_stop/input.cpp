// SPDX-License-Identifier: BSL-1.0
#include "input.hpp"

#include "csv_tasks.hpp"
#include "failure.hpp"
#include "file_guess.hpp"
#include "json_splitter.hpp"
#include "json_task.hpp"
#include "plan.hpp"
#include "task_text.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace oms_stop {

namespace {

namespace json = boost::json;

constexpr std::size_t lines_kept = 20;

class task_reader {
public:
    task_reader(text_source& from, oms::task_kind kind, std::function<void(selected_task&&)> const& take)
        : source_(from), kind_(kind), take_(take) {}

    void line(std::size_t number, std::string_view text) {
        if (format_ == format::none) {
            format_ = guess(number, text);
            if (format_ == format::csv) return header(number, text);
        }
        if (broken_) return;  // without a header no line of CSV says anything
        switch (format_) {
            case format::json:
                return object(number, text);
            case format::csv:
                return taken(number, [&](std::string& fault) { return columns_.read(text, kind_, fault); });
            case format::none:
            case format::plain:
                return taken(number, [&](std::string& fault) -> std::optional<selected_task> {
                    auto task = parse_task(text, kind_, fault);
                    if (!task) return {};
                    return selected_task(std::move(*task));
                });
        }
    }

    // A line of JSON, or an object of an array.
    void object(std::size_t number, std::string_view text) {
        boost::system::error_code code;
        json::value const value = json::parse({text.data(), text.size()}, code);
        if (code || !value.is_object()) {
            if (result_.plan)
                wrong(number, "this line of the plan is no JSON object: it was cut or changed; make it anew");
            return result_.bad.add(number, "this is no JSON object");
        }
        json::object const& of = value.get_object();
        if (std::exchange(first_, false)) {
            result_.plan = plan_checker::begins(of);
            if (text_of(of, "type") == "run") {
                wrong(number, "this is a report, not a list: --resume it, or list its tasks with oms-stop report " +
                                  source_.name() + " --format plan");
            }
        }
        if (result_.plan && framed(number, text, of)) return;
        taken(number, [&](std::string& fault) { return task_of_json(of, kind_, fault); });
    }

    task_input take(std::size_t lines) {
        if (result_.plan && !plan_.fault_at_end().empty()) wrong(lines, plan_.fault_at_end());
        return std::move(result_);
    }

    void bad(std::size_t number, std::string fault) { result_.bad.add(number, std::move(fault)); }

private:
    enum class format { none, plain, csv, json };

    [[noreturn]] void wrong(std::size_t number, std::string const& fault) {
        throw usage_error(source_.name() + ":" + std::to_string(number) + ": " + fault);
    }

    format guess(std::size_t number, std::string_view text) {
        if (std::string const strange = strange_file(text); !strange.empty()) wrong(number, strange);
        if (text.front() == '{') return format::json;
        return text.find_first_of(",;\t") != std::string_view::npos ? format::csv : format::plain;
    }

    void header(std::size_t number, std::string_view text) {
        std::string const fault = columns_.read_header(text);
        broken_ = !fault.empty();
        if (broken_) result_.bad.add(number, fault);
    }

    // Whether the line is of the plan, and of no task.
    bool framed(std::size_t number, std::string_view text, json::object const& of) {
        std::string fault;
        auto const what = plan_.read(text, of, fault);
        if (what == plan_checker::line::wrong) wrong(number, fault);
        return what == plan_checker::line::frame;
    }

    template <class Read>
    void taken(std::size_t number, Read read) {
        std::string fault;
        auto task = read(fault);
        if (!task) return result_.bad.add(number, fault);
        ++result_.tasks;
        take_(std::move(*task));
    }

    text_source& source_;
    oms::task_kind const kind_;
    std::function<void(selected_task&&)> const& take_;
    task_input result_;
    format format_ = format::none;
    csv_columns columns_;
    plan_checker plan_;
    bool first_ = true;
    bool broken_ = false;
};

// A file that begins with a bracket.
void read_array(text_source& from, std::string_view block, task_reader& reader) {
    json_splitter splitter;
    for (; !block.empty(); block = from.next())
        splitter.add(block, [&](std::size_t line, std::string_view object) { reader.object(line, object); });
    if (!splitter.fault().empty()) reader.bad(splitter.line(), splitter.fault());
}

}  // namespace

void bad_lines::add(std::size_t number, std::string fault) {
    ++count_;
    if (first_.size() < lines_kept) first_.push_back({number, std::move(fault)});
}

std::string bad_lines::text(std::string const& file) const {
    std::string result;
    for (bad_line const& each : first_)
        result += (result.empty() ? "" : "\n") + file + ":" + std::to_string(each.number) + ": " + each.fault;
    if (count_ > first_.size()) result += "\nand " + std::to_string(count_ - first_.size()) + " more";
    return result;
}

task_input read_tasks(text_source& from, oms::task_kind kind, std::function<void(selected_task&&)> const& take) {
    task_reader reader(from, kind, take);
    line_splitter lines(from);
    std::string_view const first = lines.peek();
    std::size_t const begin = first.find_first_not_of(" \t\r\n");
    if (begin != std::string_view::npos && first[begin] == '[') {
        read_array(from, first, reader);
        return reader.take(0);
    }
    each_entry(lines, [&](std::size_t number, std::string_view line) { reader.line(number, line); });
    return reader.take(lines.number());
}

std::vector<std::string> read_projects(text_source& from, bad_lines& bad) {
    std::vector<std::string> projects;
    line_splitter lines(from);
    each_entry(lines, [&](std::size_t number, std::string_view line) {
        std::string fault;
        if (parse_project(line, oms::task_kind::sync_task, fault)) {
            projects.emplace_back(line);
        } else {
            bad.add(number, fault);
        }
    });
    return projects;
}

}  // namespace oms_stop
