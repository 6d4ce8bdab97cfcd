// SPDX-License-Identifier: BSL-1.0
#include <oms/task_info.hpp>

#include <utility>

namespace oms {

task_info::task_info() = default;
list_query::list_query() = default;
list_query::list_query(std::string project, task_kind k, std::string r)
    : project_id(std::move(project)), kind(k), region(std::move(r)) {}
task_page::task_page() = default;
project_info::project_info() = default;

}  // namespace oms
