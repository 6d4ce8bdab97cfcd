// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_RECORD_HPP
#define OMS_STOP_RECORD_HPP

// What is known of a run: from its report, or while it goes on.

#include "input.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace oms_stop {

/// A task of a run, and what became of it.
struct record_entry {
    selected_task about;
    bool sent = false;   ///< A stop may have been sent and has no result.
    bool ended = false;  ///< There is a result.
    bool succeeded = false;
    std::string outcome, code, condition, message;

    /// Nobody can say whether it was stopped.
    bool unknown() const noexcept { return sent || outcome == "unknown"; }
};

class record {
public:
    /// Reads a report. A last line that was not written whole is left out.
    /// @throws usage_error  names the line that is wrong.
    static record read(std::string_view text, std::string const& file_name);

    boost::json::object run;            ///< The line `run`.
    std::vector<record_entry> entries;  ///< In the order of the plan.

    /// Adds a task; the one that is there already where it was added before.
    record_entry& add(selected_task task);
    record_entry* find(oms::task_ref const& task);
    bool all_succeeded() const noexcept;

    /// Takes a line of the report.
    void apply(boost::json::object const& line);

private:
    std::unordered_map<oms::task_ref, std::size_t> at_;
};

/// Counts, failures by code with what to do, the first 20 of them, and what who starts the tasks again must know.
std::string report_text(record const& r);

/// What to do about failures of a condition, in a sentence.
std::string_view advice_for(std::string_view condition) noexcept;

}  // namespace oms_stop

#endif
