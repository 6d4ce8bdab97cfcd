// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_JOB_STORE_HPP
#define STOP_SERVICE_JOB_STORE_HPP

// Jobs and results in a file, which outlive the program and the machine's power.

#include "database.hpp"
#include "job.hpp"

#include <oms/task.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stop_service {

/// Blocks, and belongs to one thread at a time: `group_commit` gives it one. Every function throws `database_error`.
class job_store {
public:
    /// Opens the file, or makes it, for this process alone.
    explicit job_store(std::string const& path);

    // What is between the first two is in the file as a whole, or not at all.
    void begin() { db_.execute("BEGIN IMMEDIATE"); }
    void commit() { db_.execute("COMMIT"); }
    void rollback() noexcept;

    void add(std::string const& id, std::vector<oms::task_ref> const& tasks, wall_time made);
    /// Numbers the result. A task that has one keeps it.
    void record(std::string const& id, task_result const& result);
    /// Those that ended before then.
    void forget(wall_time made_before);

    /// Writes what changes nothing.
    void probe() { db_.execute("PRAGMA user_version = 1"); }

    std::optional<job_summary> find(std::string const& id);
    /// The last ones, without their outcomes.
    std::vector<job_summary> latest(std::size_t most);
    /// Jobs that have not ended, the oldest first, without their outcomes.
    std::vector<job_summary> unfinished();
    /// Tasks of a job of which no result is known.
    std::vector<oms::task_ref> open_tasks(std::string const& id);
    /// Results after the one with this number, in their order.
    std::vector<task_result> results(std::string const& id, std::uint64_t after, std::size_t most);

private:
    database db_;
    statement add_job_, add_task_, record_, count_, forget_, find_, outcomes_, latest_, unfinished_, open_tasks_,
        results_;
};

}  // namespace stop_service

#endif
