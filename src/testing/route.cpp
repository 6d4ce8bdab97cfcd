// SPDX-License-Identifier: BSL-1.0
#include "testing/route.hpp"

#include <charconv>
#include <optional>

namespace oms::testing {

namespace {

// Takes the next segment off the path, without its slash.
std::string_view next_segment(std::string_view& path) noexcept {
    if (!path.starts_with('/')) return {};
    path.remove_prefix(1);
    auto const segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

std::optional<task_kind> kind_of(std::string_view collection) noexcept {
    if (collection == "sync-tasks") return task_kind::sync_task;
    if (collection == "tasks") return task_kind::migration_task;
    if (collection == "taskgroups") return task_kind::task_group;
    return std::nullopt;
}

operation operation_of(std::string_view method, std::string_view action, route const& r) noexcept {
    if (action.empty() && method == "GET") return r.task.empty() ? operation::list : operation::show;
    if (method != (r.kind == task_kind::task_group ? "PUT" : "POST")) return operation::none;
    if (action == "stop") return operation::stop;
    return action == "start" ? operation::start : operation::none;
}

}  // namespace

bool percent_decode(std::string_view text, std::string& out) {
    out.clear();
    while (!text.empty()) {
        auto const plain = text.substr(0, text.find('%'));
        out.append(plain);
        text.remove_prefix(plain.size());
        if (text.empty()) break;
        unsigned char byte = 0;
        if (text.size() < 3 || std::from_chars(text.data() + 1, text.data() + 3, byte, 16).ptr != text.data() + 3) {
            return false;
        }
        out.push_back(static_cast<char>(byte));
        text.remove_prefix(3);
    }
    return true;
}

void find_route(std::string_view method, std::string_view target, route& result) {
    result.operation = operation::none;
    result.kind = task_kind::sync_task;
    result.project.clear();
    result.task.clear();
    auto const question = target.find('?');
    result.query = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
    std::string_view path = target.substr(0, question);
    if (next_segment(path) != "v2") return;
    if (!percent_decode(next_segment(path), result.project) || result.project.empty()) return;
    auto const kind = kind_of(next_segment(path));
    if (!kind) return;
    result.kind = *kind;
    bool const names_task = !path.empty();
    if (!percent_decode(next_segment(path), result.task) || result.task.empty() == names_task) return;
    bool const has_action = !path.empty();
    auto const action = next_segment(path);
    if (!path.empty() || action.empty() == has_action) return;
    result.operation = operation_of(method, action, result);
}

}  // namespace oms::testing
