// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_STOP_RUN_HPP
#define OMS_STOP_STOP_RUN_HPP

#include "journal.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "record.hpp"
#include "service.hpp"

#include <oms/bulk.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>
#include <vector>

namespace oms_stop {

/// Stops tasks, writes the report while it does, and keeps the record.
class stop_run {
public:
    stop_run(options const& o, service& where, journal& report, record& of);

    /// @param tasks  Each is in the record.
    void stop(std::vector<oms::task_ref> tasks);
    /// Takes what a show read for the result of a task.
    void settle_by_show(oms::task_ref const& task, std::string const& status);

    bool interrupted() const noexcept { return interrupted_; }
    /// A task was still at work when it was last read, though the service took its stop.
    bool any_seen_running() const noexcept { return any_seen_running_; }
    /// Something was refused for its credential, and nothing was answered otherwise.
    bool credentials_refused() const noexcept { return unauthenticated_ > 0 && answered_ == 0; }

private:
    void write(boost::json::object const& line);
    void take_result(oms::task_ref const& task, oms::error_code code, oms::stop_result const& result);
    void tick();
    void say(std::string const& text);
    void admit_no_more();

    options const& options_;
    service& service_;
    journal& journal_;
    record& record_;
    boost::asio::cancellation_signal signal_;
    boost::asio::steady_timer timer_;
    oms::bulk_progress progress_;
    std::chrono::steady_clock::time_point begun_{};
    progress_meter* meter_ = nullptr;  // while it runs
    bool running_ = false;
    bool interrupted_ = false;
    bool any_seen_running_ = false;
    std::size_t unauthenticated_ = 0, answered_ = 0;
};

/// The line `result` of the report.
boost::json::object result_line(options const& o, oms::task_ref const& task, oms::error_code code,
                                oms::stop_result const& result, watcher::account how);

/// The service took the stop, and the task was still at work when it was last read.
bool seen_running(oms::task_ref const& task, oms::stop_result const& result);

/// The name of the first condition that a code meets; empty where it meets none.
std::string_view condition_name(oms::error_code code) noexcept;

}  // namespace oms_stop

#endif
