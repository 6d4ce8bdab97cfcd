// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_LEDGER_RUN_HPP
#define OMS_TEST_LEDGER_RUN_HPP

// The run: callers on two threads, each with one call at a time, and clients that end in the middle of it.

#include "ledger/account.hpp"
#include "ledger/plan.hpp"

#include <oms/oms.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <thread>
#include <vector>

namespace oms::ledger_test {

class ledger_run {
public:
    ledger_run(run_options const& options, client_config config, std::vector<planned_stop> const& plan, account& told,
               wire_watch& wire);
    ~ledger_run();
    ledger_run(ledger_run const&) = delete;
    ledger_run& operator=(ledger_run const&) = delete;

    /// Stops all of it. Calls that do not end within a minute after the last one did are given up as lost.
    /// @param after_first  Called once the first call has ended, before others begin.
    void run(std::function<void()> const& after_first);

private:
    class caller;

    std::optional<std::size_t> take();
    void wait_for(std::size_t ended);
    void shut_down();
    void destroy();
    void replace_client();
    void cancel_all();
    void park(caller& who, std::size_t era);
    void count_end();

    run_options const options_;
    client_config const config_;
    std::vector<planned_stop> const& plan_;
    account& told_;
    wire_watch& wire_;
    boost::asio::io_context context_{2};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;

    std::shared_mutex client_mutex_;  // a client may not be destroyed while another thread calls it
    std::optional<oms::client> client_;
    std::atomic<std::size_t> era_ = 0;         // of the client
    std::atomic<std::size_t> ends_begun_ = 0;  // of clients
    std::atomic<std::size_t> cancels_begun_ = 0, cancels_done_ = 0;

    std::atomic<std::size_t> next_ = 0;
    std::atomic<std::size_t> ended_ = 0;
    std::mutex mutex_;
    std::condition_variable progress_;
    std::vector<caller*> parked_;  // until there is another client

    std::deque<caller> callers_;
    std::vector<std::thread> threads_;
};

}  // namespace oms::ledger_test

#endif
