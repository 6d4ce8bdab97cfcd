// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_RECORD_HPP
#define OMS_STOP_RECORD_HPP

// What is known of a run: from its report, or while it goes on.

#include "input.hpp"
#include "utc.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <map>
#include <optional>
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
    std::optional<utc_time> began, ended_at;  ///< As its result tells.

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

/// What became of a task: its outcome, `unknown`, or `not attempted`.
std::string_view word_of(record_entry const& e) noexcept;

/// The failures of a code, or of a project and a code.
struct failure_group {
    std::size_t count = 0;
    std::string_view condition, message;  ///< Those of the first, in the record.
};

/// Of the tasks that have a result, and no success.
std::map<std::string_view, failure_group> failures_by_code(record const& r);

/// Counts, failures by code with what to do, the first 20 of them, and what who starts the tasks again must know.
/// @param sheet  Whether the last of these is there.
std::string report_text(record const& r, bool sheet = true);

/// What to do about failures of a condition, in a sentence.
std::string_view advice_for(std::string_view condition) noexcept;

}  // namespace oms_stop

#endif
