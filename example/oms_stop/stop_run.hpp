// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_STOP_RUN_HPP
#define OMS_STOP_STOP_RUN_HPP

#include "approval.hpp"
#include "journal.hpp"
#include "options.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "record.hpp"
#include "service.hpp"
#include "task_feed.hpp"

#include <oms/bulk.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace oms_stop {

/// Stops tasks, writes the report while it does, and keeps the record.
class stop_run {
public:
    /// @param begun  The session's begin, by the clock that never jumps.
    stop_run(options const& o, service& where, journal& report, record& of, output& out,
             std::chrono::steady_clock::time_point begun);

    void stop(std::vector<record::number> const& tasks);
    /// Takes what a look at a task told for its result: a line as `look_line` makes it.
    void settle(record::number n, boost::json::object line);

    /// Something was left when a signal came, or the time was over.
    bool interrupted() const noexcept { return interrupted_; }
    /// Something was refused for its credential, and nothing was answered otherwise.
    bool credentials_refused() const noexcept { return unauthenticated_ > 0 && answered_ == 0; }
    /// Why no more tasks were started, in a sentence; empty where all were.
    std::string const& ended_early() const noexcept { return ended_early_; }

    milliseconds since_begin() const;

private:
    class hooks;
    struct wave_counts {
        std::size_t ended = 0, failed = 0, unconfirmed = 0;
    };

    oms::bulk_options bulk_options();
    bool announce(oms::task_ref const& task);
    void take_result(oms::task_ref const& task, oms::error_code code, oms::stop_result const& result);
    void count(record::number n, oms::error_code code, oms::stop_result const& result);
    void tick();
    void admit_no_more(std::string why);
    void end_now(std::string why);
    void wind_up(std::string why, boost::asio::cancellation_type how);
    void change_pace(int direction);
    void between_waves(std::size_t wave);
    void ask_for_wave(std::size_t wave);
    void print(record::number n, boost::json::object const& result);

    options const& options_;
    service& service_;
    journal& journal_;
    record& record_;
    output& out_;
    std::chrono::steady_clock::time_point const begun_;
    boost::asio::cancellation_signal signal_;
    boost::asio::steady_timer timer_, pause_;
    progress progress_;
    moving_rate rate_;
    task_feed* feed_ = nullptr;         // while it runs
    std::optional<question> question_;  // between two waves
    std::set<record::number> under_way_;
    wave_counts wave_;
    bool running_ = false;
    bool halted_ = false;  // by --halt now
    bool interrupted_ = false;
    std::string ended_early_;
    std::size_t unauthenticated_ = 0, answered_ = 0;
};

}  // namespace oms_stop

#endif
