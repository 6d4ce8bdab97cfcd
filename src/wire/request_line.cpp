// SPDX-License-Identifier: BSL-1.0
#include "wire/request_line.hpp"

#include "wire/percent.hpp"

#include <array>
#include <cstddef>

namespace oms::wire {

std::string_view line_start(method verb) noexcept {
    constexpr std::array<std::string_view, 3> starts{"GET ", "POST ", "PUT "};
    return starts[static_cast<std::size_t>(verb)];
}

std::string_view to_string(method verb) noexcept {
    return line_start(verb).substr(0, line_start(verb).size() - 1);
}

void append_target(std::string& out, request_line const& line, task_ref const& task, bool plain) {
    if (line.names == path_of::itself) {
        out += line.collection;
        return;
    }
    auto const append_id = [&out, plain](std::string const& id) {
        if (plain) {
            out += id;
        } else {
            append_encoded(out, id);
        }
    };
    out += "/v2/";
    append_id(task.project_id);
    out += line.collection;
    if (line.names == path_of::task) {
        out += '/';
        append_id(task.task_id);
    }
    out += line.action;
}

}  // namespace oms::wire
