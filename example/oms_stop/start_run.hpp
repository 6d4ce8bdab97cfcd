// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_START_RUN_HPP
#define OMS_STOP_START_RUN_HPP

#include "journal.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "record.hpp"
#include "service.hpp"
#include "start_keys_file.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace oms_stop {

/// Starts the tasks of a record again, some at a time, and writes the report while it does.
class start_run {
public:
    start_run(options const& o, service& where, start_keys_source const& keys, journal& report, record& of,
              std::chrono::steady_clock::time_point begun);

    void run();
    bool interrupted() const noexcept { return interrupted_; }
    /// Why no more tasks were started, in a sentence; empty where all were.
    std::string const& ended_early() const noexcept { return ended_early_; }
    milliseconds since_begin() const;

private:
    void begin(record::number n);
    void take_result(record::number n, oms::error_code code, oms::stop_result const& result);
    void interrupt(unsigned count);
    void cancel_all();
    void tick();

    options const& options_;
    service& service_;
    start_keys_source const& keys_;
    journal& journal_;
    record& record_;
    std::chrono::steady_clock::time_point const begun_;
    std::vector<std::unique_ptr<boost::asio::cancellation_signal>>
        signals_;  // of those under way, and of those to come
    std::vector<boost::asio::cancellation_signal*> free_;
    boost::asio::steady_timer timer_;
    progress progress_;
    moving_rate rate_;
    bool cut_ = false;  // those under way, by a second signal or the time
    bool interrupted_ = false;
    std::string ended_early_;
};

}  // namespace oms_stop

#endif
