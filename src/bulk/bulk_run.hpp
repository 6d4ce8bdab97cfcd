// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BULK_BULK_RUN_HPP
#define OMS_BULK_BULK_RUN_HPP

// One `async_stop_all`: pulls, starts, and reports. All that it calls of the
// user's, it calls from `pump`, which one thread runs at a time on the final
// handler's executor; calls that end anywhere only put themselves into its inbox.

#include "bulk/seen_set.hpp"
#include "bulk/tally.hpp"
#include "bulk/task_lanes.hpp"
#include "client/call.hpp"
#include "client/client_core.hpp"

#include <oms/bulk.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace oms::bulk {

class bulk_run final : public detail::call_receiver,
                       public detail::bulk_operation,
                       public std::enable_shared_from_this<bulk_run> {
public:
    bulk_run(std::shared_ptr<detail::client_core> core, detail::bulk_handler handler,
             std::unique_ptr<detail::task_source> source, std::unique_ptr<bulk_options> options);

    void start();

    void on_call_done(std::unique_ptr<detail::call> done, bool inside) override;
    void stop(errc why) noexcept override;
    void abandon() noexcept override;

private:
    using signal_type = boost::asio::cancellation_type;
    struct delivery;
    struct pump_op;

    void cancel(signal_type type);
    void wake(bool inside);
    void pump();
    bool turn();
    void settle(std::vector<std::unique_ptr<detail::call>>& done);
    void heed_stop();
    void pull();
    void take(std::optional<task_ref> task);
    void on_pulled(error_code code, std::optional<task_ref> task);
    void start_calls();
    void give_up_waiting();
    void report(task_ref const& task, error_code code, stop_result const& result);
    void tell_progress(bool last);
    bool over() const noexcept;
    void complete();

    std::shared_ptr<detail::client_core> const core_;
    std::unique_ptr<bulk_options> options_;
    std::shared_ptr<call_options const> call_options_;
    std::optional<detail::bulk_handler> handler_;
    boost::asio::any_completion_executor executor_;  // with outstanding work
    boost::asio::cancellation_slot slot_;

    // What other threads touch.
    std::mutex mutex_;
    std::vector<std::unique_ptr<detail::call>> inbox_;
    std::optional<std::pair<error_code, std::optional<task_ref>>> pulled_;
    bool awake_ = false;  // a pump runs, or is on its way
    bool started_any_ = false;
    bool abandoned_ = false;
    errc stop_wanted_{};       // the first reason
    bool cut_wanted_ = false;  // calls in flight end, too

    // What only the pump touches.
    std::unique_ptr<detail::task_source> source_;
    bool pulling_ = false;
    bool pull_cancelled_ = false;
    bool exhausted_ = false;
    errc stopped_{};              // why no more tasks are started
    errc failure_{};              // of the source: what the run ends with
    bool result_failed_ = false;  // the callback threw: it is not called again
    bool progress_failed_ = false;
    std::size_t in_flight_ = 0;
    task_lanes lanes_;
    std::optional<seen_set> seen_;
    tally tally_;
    detail::time_point begun_{};
    detail::time_point told_{};
};

}  // namespace oms::bulk

#endif
