// SPDX-License-Identifier: BSL-1.0
#include "input.hpp"

#include "csv.hpp"
#include "json_task.hpp"
#include "task_text.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <utility>

namespace oms_stop {

namespace {

namespace json = boost::json;

// Where the columns of a CSV file are.
class csv_columns {
public:
    /// Reads the header; a sentence where it will not do.
    std::string read_header(std::string_view line) {
        auto const names = split_csv(line);
        if (!names) return "a quote has no end";
        for (std::size_t i = 0; i < names->size(); ++i)
            at_.emplace((*names)[i], i);
        if (!find({"project", "project_id"}) || !find({"task", "task_id", "sync_task_id", "group_id"})) {
            return "the first line of a CSV file names its columns, of which \"project\" and \"task\" are needed";
        }
        return {};
    }

    std::optional<selected_task> read(std::string_view line, oms::task_kind kind, std::string& fault) const {
        auto const fields = split_csv(line);
        if (!fields) {
            fault = "a quote has no end";
            return {};
        }
        auto const field = [&](std::initializer_list<char const*> names) -> std::string {
            auto const column = find(names);
            return column && *column < fields->size() ? (*fields)[*column] : std::string();
        };
        selected_task row(oms::task_ref(field({"project", "project_id"}),
                                        field({"task", "task_id", "sync_task_id", "group_id"}), kind,
                                        field({"region"})));
        if (std::string const word = field({"kind"}); !word.empty()) {
            auto const own = kind_of_word(word);
            if (!own) fault = "the kind is none of sync, task and group";
            row.task.kind = own.value_or(kind);
        }
        if (fault.empty()) fault = fault_of(row.task);
        if (!fault.empty()) return {};
        return row;
    }

private:
    std::optional<std::size_t> find(std::initializer_list<char const*> names) const {
        for (char const* const name : names) {
            if (auto const found = at_.find(name); found != at_.end()) return found->second;
        }
        return {};
    }

    std::map<std::string, std::size_t, std::less<>> at_;
};

class task_reader {
public:
    explicit task_reader(oms::task_kind kind) : kind_(kind) { result_.plan = true; }

    void line(std::size_t number, std::string_view text) {
        if (format_ == format::none) {
            format_ = text.front() == '{'                        ? format::json
                      : text.find(',') != std::string_view::npos ? format::csv
                                                                 : format::plain;
            if (format_ == format::csv) {
                std::string const fault = columns_.read_header(text);
                if (!fault.empty()) {
                    result_.bad_lines.push_back({number, fault});
                    broken_ = true;
                }
                return;
            }
        }
        if (broken_) return;  // without a header no line of CSV says anything
        std::string fault;
        auto task = read(text, fault);
        if (task) {
            result_.tasks.push_back(std::move(*task));
        } else {
            result_.bad_lines.push_back({number, fault});
        }
    }

    task_input take() {
        result_.plan = result_.plan && format_ == format::json && !result_.tasks.empty();
        return std::move(result_);
    }

private:
    enum class format { none, plain, csv, json };

    std::optional<selected_task> read(std::string_view text, std::string& fault) {
        switch (format_) {
            case format::json:
                return read_json(text, fault);
            case format::csv:
                return columns_.read(text, kind_, fault);
            case format::none:
            case format::plain:
                break;
        }
        auto task = parse_task(text, kind_, fault);
        if (!task) return {};
        return selected_task(std::move(*task));
    }

    std::optional<selected_task> read_json(std::string_view text, std::string& fault) {
        boost::system::error_code code;
        json::value const value = json::parse({text.data(), text.size()}, code);
        if (code || !value.is_object()) {
            fault = "this is no JSON object";
            return {};
        }
        result_.plan = result_.plan && value.as_object().contains("plan");
        return task_of_json(value.as_object(), kind_, fault);
    }

    oms::task_kind const kind_;
    task_input result_;
    format format_ = format::none;
    csv_columns columns_;
    bool broken_ = false;
};

}  // namespace

task_input read_tasks(std::string_view text, oms::task_kind kind) {
    task_reader reader(kind);
    each_line(text, [&](std::size_t number, std::string_view line) { reader.line(number, line); });
    return reader.take();
}

std::vector<std::string> read_projects(std::string_view text, std::vector<bad_line>& bad_lines) {
    std::vector<std::string> projects;
    each_line(text, [&](std::size_t number, std::string_view line) {
        std::string fault;
        if (parse_project(line, oms::task_kind::sync_task, fault)) {
            projects.emplace_back(line);
        } else {
            bad_lines.push_back({number, fault});
        }
    });
    return projects;
}

}  // namespace oms_stop
