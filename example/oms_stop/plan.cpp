// SPDX-License-Identifier: BSL-1.0
#include "plan.hpp"

#include "json_task.hpp"
#include "plain_text.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <utility>

namespace oms_stop {

namespace json = boost::json;

namespace {

constexpr std::int64_t form = 2;

constexpr char changed[] =
    "this plan was cut or changed after it was made: make it anew; or take the first and the last line away, and its "
    "tasks are a list like others, which nothing is compared with";

}  // namespace

plan_writer::plan_writer(output& to, json::object head) : to_(to) {
    json::object first{{"plan", form}};
    for (auto& [name, value] : head)
        first[name] = std::move(value);
    line(first);
}

void plan_writer::line(json::object const& of) {
    std::string const text = json_text(of) + '\n';
    sum_.add(text);
    to_.write(text);
}

void plan_writer::write(selected_task const& task) {
    json::object of;
    add_task(of, task.task);
    add_knowledge(of, task);
    line(of);
    ++tasks_;
}

void plan_writer::end(std::size_t left_out) {
    json::object last{{"plan_end", static_cast<std::int64_t>(tasks_)}};
    if (left_out > 0) last["left_out"] = static_cast<std::int64_t>(left_out);
    last["sha256"] = sum_.hex();
    to_.write(json_text(last) + '\n');
}

bool plan_checker::begins(json::object const& value) {
    return value.contains("plan");
}

plan_checker::line plan_checker::read(std::string_view text, json::object const& value, std::string& fault) {
    auto const wrong = [&](char const* sentence) {
        fault = sentence;
        return line::wrong;
    };
    if (begins(value)) {
        if (open_) return wrong(changed);
        if (number_of(value, "plan") != form) return wrong("a plan of a form that is not known to this version");
        open_ = true;
        sum_ = sha256_stream();
        tasks_ = 0;
    }
    if (!open_) return wrong(changed);
    if (value.contains("plan_end")) {
        open_ = false;
        bool const fits =
            std::cmp_equal(number_of(value, "plan_end"), tasks_) && text_of(value, "sha256") == sum_.hex();
        return fits ? line::frame : wrong(changed);
    }
    sum_.add(text);
    sum_.add("\n");
    if (begins(value)) return line::frame;
    ++tasks_;
    return line::task;
}

std::string plan_checker::fault_at_end() const {
    return open_ ? changed : std::string();
}

}  // namespace oms_stop
