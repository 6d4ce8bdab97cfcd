// SPDX-License-Identifier: BSL-1.0
#include "job_runner.hpp"

#include "coroutine.hpp"
#include "log.hpp"
#include "request_error.hpp"

#include <oms/bulk.hpp>

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <tuple>
#include <utility>

namespace asio = boost::asio;

namespace stop_service {

namespace {

// Whether a task stays in the store as one without a result, and is taken up again: nobody said a final word on it.
// We cut it ourselves (`shut_down`, `cancelled`), there was no memory for it, or its endpoint could not be reached.
//
// Of these a request may have been sent, and so may a process that was killed have sent one before it could write the
// result down. To send it again is safe, because a stop says where the task is to be and not what to change: stopping
// what is stopped changes nothing. (Between the two somebody may have started the task again; then it is stopped again,
// which is what the caller asked for and has not been told.)
//
// What the second one is told is that the task does not run: the outcome `already_stopped`, which is a success here.
// It says that the task is stopped, and leaves open by whom: by our request of before the crash, by another job, or by
// somebody else.
bool is_open(oms::error_code const& code) {
    return code == oms::condition::shut_down || code == oms::condition::cancelled ||
           code == oms::condition::overloaded || code == oms::errc::unavailable;
}

// @param again  A request for the task may have been sent before this call. Of that one the call's outcome knows
// nothing:
//               that this one was refused, or not sent, does not say that the task runs.
task_result result_of(oms::task_ref const& task, oms::error_code code, oms::stop_result const& result, bool again) {
    task_result r;
    r.task = task;
    r.success = result.outcome == oms::outcome::stopped || result.outcome == oms::outcome::already_stopped;
    r.outcome = oms::to_string(again && !r.success ? oms::outcome::unknown : result.outcome);
    if (!r.success) r.message = oms::describe_failure(code, result);  // holds no secret
    r.request_id = result.request_id;
    r.attempts = result.attempts;
    r.ended = wall_now();
    return r;
}

}  // namespace

job_runner::job_runner(oms::client& client, group_commit& store, options const& o)
    : client_(client), store_(store), options_(o) {}

void job_runner::resume(std::vector<job_summary> const& unfinished) {
    for (job_summary const& each : unfinished)
        begin(enter(each.id, each.tasks - each.ended));
    for (auto const& each : jobs_)
        each.second->again = true;
}

void job_runner::check_room(std::size_t tasks) {
    if (stopping_) throw request_error(503, "the service is about to end");
    if (jobs_.size() < options_.max_jobs && tasks_ + tasks <= options_.max_tasks) return;
    ++overloaded_;
    throw request_error(503, "overloaded: " + std::to_string(jobs_.size()) + " jobs with " + std::to_string(tasks_) +
                                 " tasks have not ended");
}

asio::awaitable<std::string> job_runner::accept(std::vector<oms::task_ref> tasks) {
    check_room(tasks.size());
    std::string const id = new_job_id();
    // It counts before it is written, so that callers that come at once do not get past the limits together.
    job_ptr const job = enter(id, tasks.size());
    wall_time const now = wall_now();
    try {
        group_commit::work const add = [&](job_store& s) { s.add(id, tasks, now); };
        co_await store_.run(add);
    } catch (...) {
        leave(*job);
        throw;
    }
    ++accepted_;
    begin(job);
    co_return id;
}

std::shared_ptr<live_job> job_runner::find(std::string const& id) const {
    auto const found = jobs_.find(id);
    return found == jobs_.end() ? nullptr : found->second;
}

void job_runner::stop() {
    stopping_ = true;
    pauses_.notify();
}

job_runner::job_ptr job_runner::enter(std::string const& id, std::uint64_t tasks) {
    auto job = std::make_shared<live_job>(id, tasks);
    jobs_.emplace(id, job);
    tasks_ += tasks;
    return job;
}

void job_runner::leave(live_job& job) {
    tasks_ -= job.tasks;
    jobs_.erase(job.id);
    job.over = true;
    job.news.notify();
}

void job_runner::begin(job_ptr job) {
    asio::co_spawn(client_.get_executor(), run(std::move(job)), rethrow);
}

asio::awaitable<void> job_runner::run(job_ptr job) {
    for (bool first = true;; first = false) {
        // All that was recorded before is in the store by then, for it does one thing after another.
        std::optional<task_list> open = co_await open_tasks_of(job);
        if (open && open->empty()) break;
        if (!first && !stopping_) co_await pauses_.wait(options_.patience);
        if (stopping_) break;
        job->again = job->again || !first;
        if (open) co_await stop_all(job, std::move(*open));
    }
    leave(*job);
    co_await forget_old();
}

// Nothing where the store cannot tell; it has said so itself.
asio::awaitable<std::optional<job_runner::task_list>> job_runner::open_tasks_of(job_ptr job) {
    task_list tasks;
    try {
        group_commit::work const asked = [&](job_store& s) { tasks = s.open_tasks(job->id); };
        co_await store_.run(asked);
    } catch (std::exception const&) {
        co_return std::nullopt;
    }
    co_return tasks;
}

// The library takes projects in turn, holds what is throttled, waits for endpoints that are away, and repeats what is
// worth it. Several jobs share the client's connections, and a project's or an endpoint's pace.
asio::awaitable<void> job_runner::stop_all(job_ptr job, task_list tasks) {
    oms::bulk_options how;
    how.deduplicate = false;  // the store has each once
    how.outage_patience = options_.patience;
    how.call.tag = job->id;
    how.on_result = [this, job](oms::task_ref const& task, oms::error_code code, oms::stop_result const& result) {
        if (!is_open(code)) record(job, task, code, result);
    };
    auto const answer = co_await oms::async_stop_all(client_, std::move(tasks), std::move(how), use_tuple);
    oms::error_code const& code = std::get<0>(answer);
    if (code) log_line("job " + job->id + " was interrupted: " + code.message());
}

// Once it is in the store, and not before, it counts, and those who listen are told.
void job_runner::record(job_ptr const& job, oms::task_ref const& task, oms::error_code code,
                        oms::stop_result const& result) {
    task_result r = result_of(task, code, result, job->again);
    std::string outcome = r.outcome;
    store_.async_run([id = job->id, r = std::move(r)](job_store& s) { s.record(id, r); },
                     [this, job, outcome = std::move(outcome)](std::exception_ptr const& failure) {
                         if (failure) return;  // the task is without a result, and is taken up again
                         ++results_[outcome];
                         ++job->recorded;
                         --job->tasks;
                         --tasks_;
                         job->news.notify();
                     });
}

asio::awaitable<void> job_runner::forget_old() {
    using namespace std::chrono;
    wall_time const before = wall_now() - duration_cast<milliseconds>(options_.keep).count();
    try {
        group_commit::work const asked = [&](job_store& s) { s.forget(before); };
        co_await store_.run(asked);
    } catch (std::exception const&) {  // another time
    }
}

}  // namespace stop_service
