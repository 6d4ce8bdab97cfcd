// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_REPORT_TEXT_HPP
#define OMS_STOP_REPORT_TEXT_HPP

#include "record.hpp"

#include <cstddef>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oms_stop {

/// The failures of a code.
struct failure_group {
    std::size_t count = 0;
    std::string_view condition, message;  ///< Those of the first.
};

/// Of the tasks that have a result, and no success.
std::map<std::string_view, failure_group> failures_by_code(record const& r);

/// How many tasks there are of each row that people look at, in their order: `unknown` before `refused`.
std::vector<std::pair<std::string_view, std::size_t>> counts_of(record const& r);

/// How many were read as stopped.
std::size_t confirmed(record const& r);

/// What is known of the run itself, a name and a text each: who, why, when, how long, how it ended, where, resumes.
std::vector<std::pair<std::string, std::string>> facts_of(record const& r);

/// Counts, failures by code with what to do, the first 20 that are not known to be stopped, what is unknown first, and
/// what who starts the tasks again must know.
/// @param sheet  Whether the last of these is there.
std::string report_text(record const& r, bool sheet = true);
void write_report(std::ostream& os, record const& r, bool sheet = true);

/// The facts, and that.
std::string whole_report_text(record const& r);
void write_whole_report(std::ostream& os, record const& r);

/// What to do about failures of a condition, in a sentence.
std::string_view advice_for(std::string_view condition) noexcept;

/// For the restart sheet: whether the task was stopped by this run, or may have been.
bool to_start_again(record const& r, record::number n);

}  // namespace oms_stop

#endif
