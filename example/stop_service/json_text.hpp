// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_JSON_TEXT_HPP
#define STOP_SERVICE_JSON_TEXT_HPP

// What callers are told, in JSON. Pure.

#include "job.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stop_service {

std::string accepted_text(std::string_view job_id, std::size_t tasks);
std::string error_text(std::string_view why);
std::string summary_text(job_summary const& job);
std::string summaries_text(std::vector<job_summary> const& jobs);
std::string result_text(task_result const& result);

}  // namespace stop_service

#endif
