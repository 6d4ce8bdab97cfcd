// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_ROUTE_HPP
#define OMS_TESTING_ROUTE_HPP

// From method and target to what is asked, and of which task.

#include <oms/task.hpp>

#include <string>
#include <string_view>

namespace oms::testing {

enum class operation { none, stop, start, show, list };

struct route {
    oms::testing::operation operation = oms::testing::operation::none;
    task_kind kind = task_kind::sync_task;
    std::string project;     // decoded; also where the method does not fit the path
    std::string task;        // likewise
    std::string_view query;  // of the target
};

/// Fills `result`, whose strings are used again. `operation::none`: no such API.
void find_route(std::string_view method, std::string_view target, route& result);

/// Decodes `%XX` in place of `out`; `false` for a malformed one.
bool percent_decode(std::string_view text, std::string& out);

}  // namespace oms::testing

#endif
