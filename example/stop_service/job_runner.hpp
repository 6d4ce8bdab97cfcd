// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_JOB_RUNNER_HPP
#define STOP_SERVICE_JOB_RUNNER_HPP

// Jobs from the moment they are accepted until the result of each of their tasks is in the store.

#include "group_commit.hpp"
#include "job.hpp"
#include "options.hpp"
#include "waiters.hpp"

#include <oms/client.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stop_service {

/// A job that has not ended.
struct live_job {
    std::string id;
    std::uint64_t tasks = 0;     ///< Without a result so far.
    std::uint64_t recorded = 0;  ///< Results since this process has it.
    bool again = false;          ///< Requests for its tasks may have been sent before: by another process, or by this.
    bool over = false;           ///< Nobody works at it any more: it has ended, or the service does.
    waiters news;                ///< Notified where one of these changes.

    live_job(std::string its_id, std::uint64_t its_tasks) : id(std::move(its_id)), tasks(its_tasks) {}
};

/// All of it belongs to the thread that runs the client's context.
class job_runner {
public:
    job_runner(oms::client& client, group_commit& store, options const& o);
    job_runner(job_runner const&) = delete;
    job_runner& operator=(job_runner const&) = delete;

    /// Takes up what the last process left.
    void resume(std::vector<job_summary> const& unfinished);
    /// Writes the job down, and only then begins it. Its id.
    /// @throws request_error   503: overloaded.
    /// @throws database_error  nothing was accepted.
    boost::asio::awaitable<std::string> accept(std::vector<oms::task_ref> tasks);
    /// The job, unless it has ended.
    std::shared_ptr<live_job> find(std::string const& id) const;

    /// Nothing more is begun: with the client's shutdown the jobs come to their end, or stay in the store.
    void stop();
    bool stopping() const noexcept { return stopping_; }

    // For whoever watches the service.
    std::size_t jobs() const noexcept { return jobs_.size(); }
    std::size_t tasks() const noexcept { return tasks_; }
    std::uint64_t accepted() const noexcept { return accepted_; }
    std::uint64_t overloaded() const noexcept { return overloaded_; }
    std::map<std::string, std::uint64_t> const& results() const noexcept { return results_; }

private:
    using job_ptr = std::shared_ptr<live_job>;
    using task_list = std::vector<oms::task_ref>;

    void check_room(std::size_t tasks);
    job_ptr enter(std::string const& id, std::uint64_t tasks);
    void leave(live_job& job);
    void begin(job_ptr job);
    boost::asio::awaitable<void> run(job_ptr job);
    boost::asio::awaitable<std::optional<task_list>> open_tasks_of(job_ptr job);
    boost::asio::awaitable<void> stop_all(job_ptr job, task_list tasks);
    void record(job_ptr const& job, oms::task_ref const& task, oms::error_code code, oms::stop_result const& result);
    boost::asio::awaitable<void> forget_old();

    oms::client& client_;
    group_commit& store_;
    options const& options_;
    std::map<std::string, job_ptr> jobs_;
    std::size_t tasks_ = 0;  // of them, without a result
    bool stopping_ = false;
    waiters pauses_;
    std::uint64_t accepted_ = 0, overloaded_ = 0;
    std::map<std::string, std::uint64_t> results_;  // by outcome
};

}  // namespace stop_service

#endif
