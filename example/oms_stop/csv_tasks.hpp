// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_CSV_TASKS_HPP
#define OMS_STOP_CSV_TASKS_HPP

#include "selected_task.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oms_stop {

/// Reads tasks from lines of CSV, by the names of its columns: in any case, separated by commas, semicolons or tabs.
class csv_columns {
public:
    /// Reads the header; a sentence where it will not do.
    std::string read_header(std::string_view line);

    /// @param kind   Where the line does not tell.
    /// @param fault  Receives a sentence where there is no result.
    std::optional<selected_task> read(std::string_view line, oms::task_kind kind, std::string& fault) const;

private:
    char separator_ = ',';
    std::vector<std::string> names_;  // in lower case
};

}  // namespace oms_stop

#endif
