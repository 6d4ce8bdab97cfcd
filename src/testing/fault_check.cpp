// SPDX-License-Identifier: BSL-1.0
// What makes a rule one without effect.

#include "testing/faults.hpp"

#include <algorithm>
#include <stdexcept>

namespace oms::testing {

namespace {

constexpr std::string_view tasks_path = "/v2/";

bool is_header_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
        return c > 0x20 && c < 0x7f &&
               std::string_view("\"(),/:;<=>?@[\\]{}").find(static_cast<char>(c)) == std::string_view::npos;
    });
}

bool shorter(std::string const& a, std::string const& b) {
    return a.size() < b.size();
}

// Whether requests of this path may name a task.
bool may_name_task(std::string_view prefix) {
    return prefix.starts_with(tasks_path) || tasks_path.starts_with(prefix);
}

bool acts(fault_plan const& p) {
    return p.reply || p.function || p.raw || p.execute == false || p.delay.count() > 0 || p.gate ||
           p.piece != fault_plan::all || p.ending != ending::keep || p.close_after_replies != fault_plan::all ||
           p.close_when_idle;
}

void check_reply(fault_rule& rule) {
    auto const& p = *rule.plan;
    auto& words = rule.words;
    if (int{words.said("reply")} + int{words.said("raw")} + int{words.said("throttle")} > 1)
        words.refuse("it says twice what the reply is: keep one of reply, raw and throttle");
    if (p.raw && p.head_only) words.refuse("nobody knows where the head of raw bytes ends: use close_after_bytes");
    if (p.execute == true && !p.reply && !p.function && !p.raw && p.ending == ending::keep)
        words.refuse("a request has its effect unless its reply is replaced: leave then_execute(true) out");
    if (p.gate && p.delay.count() > 0) words.refuse("a reply that is held has no delay: keep one of the two");
    if (p.piece != fault_plan::all && p.send == 0) words.refuse("nothing of the reply is sent: leave drip out");
}

void check_ending(fault_rule& rule) {
    auto const& p = *rule.plan;
    bool const when_idle = p.close_when_idle || p.close_after_replies != fault_plan::all;
    if (when_idle && p.ending != ending::keep)
        rule.words.refuse("the connection ends or hangs before it could be idle: leave close_idle_after out");
    if (!p.close_notify && !when_idle && p.ending != ending::close)
        rule.words.refuse("without_close_notify goes with close_after_bytes or close_idle_after: add one");
}

}  // namespace

std::string opening_of(request_matcher const& match) {
    std::string text = "on(";
    auto const add = [&](std::string const& part) { text.append(text.ends_with('(') ? "" : ", ").append(part); };
    if (match.project_id) add("project(" + *match.project_id + ")");
    if (match.task) {
        auto const& task = *match.task;
        add("task(" + std::string(to_string(task.kind)) + " " + task.project_id + "/" + task.task_id +
            (task.region.empty() ? "" : " in " + task.region) + ")");
    }
    if (!match.path_prefix.empty()) add("path(" + match.path_prefix + ")");
    if (text.ends_with('(')) add("any()");
    return text + ")";
}

void check_matcher(rule_words& words, request_matcher const& match) {
    if (match.project_id && match.project_id->empty())
        words.refuse("a project's id is not empty: for IAM's requests use path(\"/v3/\"), for all of them any()");
    if (match.task && (match.task->project_id.empty() || match.task->task_id.empty()))
        words.refuse("a task has a project's id and one of its own");
    if (match.task && match.project_id && *match.project_id != match.task->project_id)
        words.refuse("the task is in another project: leave one of the two out");
    if (!match.path_prefix.empty() && !match.path_prefix.starts_with('/'))
        words.refuse(R"(a target begins with "/", without the host: path("/v2/"))");
    if ((match.task || match.project_id) && !may_name_task(match.path_prefix))
        words.refuse("no request of this path names a project: those of tasks begin with \"/v2/\"");
}

std::string header_lines(header_list const& headers) {
    std::string lines;
    for (auto const& [name, value] : headers) {
        if (!is_header_name(name)) throw std::invalid_argument("\"" + name + "\" is no name of a header");
        if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
            throw std::invalid_argument("the header " + name + " has a line's end or a zero in its value: raw can");
        lines.append(name).append(": ").append(value).append("\r\n");
    }
    return lines;
}

void check_rule(fault_rule& rule) {
    auto& words = rule.words;
    if (rule.attempt != 0 && !may_name_task(rule.match.path_prefix))
        words.refuse("no request of this path names a task, and attempts are of one: use nth");
    if (words.said("pass")) {
        if (acts(*rule.plan) || rule.plan->execute || !rule.plan->close_notify)
            words.refuse("pass lets a request be answered as usual: leave it or the others out");
        return;
    }
    check_reply(rule);
    check_ending(rule);
    if (!acts(*rule.plan))
        words.refuse(
            "it says nothing of what becomes of the requests: add reply, raw, throttle, delay, held, drip, "
            "an ending such as no_reply, or pass");
}

bool takes_all_of(fault_rule const& older, fault_rule const& younger) {
    if (!older.which.all() || older.per_second) return false;
    if (!older.method.empty() && older.method != younger.method) return false;
    if (older.attempt != 0 && older.attempt != younger.attempt) return false;
    auto const& wide = older.match;
    auto const& narrow = younger.match;
    auto const least = narrow.project_id || narrow.task ? std::max(narrow.path_prefix, std::string(tasks_path), shorter)
                                                        : narrow.path_prefix;
    if (!least.starts_with(wide.path_prefix)) return false;
    if (wide.project_id && wide.project_id != narrow.project_id &&
        !(narrow.task && narrow.task->project_id == *wide.project_id)) {
        return false;
    }
    if (!wide.task) return true;
    if (!narrow.task || wide.task->kind != narrow.task->kind || wide.task->task_id != narrow.task->task_id)
        return false;
    return wide.task->project_id == narrow.task->project_id &&
           (wide.task->region.empty() || wide.task->region == narrow.task->region);
}

}  // namespace oms::testing
