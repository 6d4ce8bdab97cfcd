// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_JOB_HPP
#define STOP_SERVICE_JOB_HPP

// What the service knows of its jobs and their tasks.

#include <oms/task.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace stop_service {

/// By the wall clock, in milliseconds since 1970.
using wall_time = std::int64_t;

inline wall_time wall_now() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

/// What became of one task.
struct task_result {
    oms::task_ref task;
    std::uint64_t number = 0;  ///< Of the results of its job, from 1; of the event, too.
    std::string outcome;       ///< As `oms::outcome` is named.
    bool success = false;      ///< It does not run any more.
    std::string message;       ///< Why not, in a sentence; empty after a success.
    std::string request_id;    ///< What the cloud's support asks for.
    unsigned attempts = 0;
    wall_time ended = 0;
};

/// How far a job is.
struct job_summary {
    std::string id;
    wall_time made = 0;
    std::uint64_t tasks = 0;
    std::uint64_t ended = 0;                        ///< Of these, those whose result is known.
    std::map<std::string, std::uint64_t> outcomes;  ///< Of these, by outcome.

    bool done() const noexcept { return ended == tasks; }
};

/// A new one's: 128 bits of chance, in hexadecimal digits.
std::string new_job_id();
bool is_job_id(std::string_view text) noexcept;

}  // namespace stop_service

#endif
