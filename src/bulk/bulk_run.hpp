// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BULK_BULK_RUN_HPP
#define OMS_BULK_BULK_RUN_HPP

// One `async_stop_all`: pulls, starts, and reports. All that it calls of the
// user's, it calls from `pump`, which one thread runs at a time on the final
// handler's executor; calls that end anywhere only put themselves into its inbox.
// What starts when is the window's to decide. bulk_run.cpp: the pump, the
// source, the end; bulk_calls.cpp: the calls.

#include "bulk/seen_set.hpp"
#include "bulk/tally.hpp"
#include "bulk/window.hpp"
#include "client/call.hpp"
#include "client/client_core.hpp"
#include "policy/wake_latch.hpp"

#include <oms/bulk.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oms::bulk {

class bulk_run final : public detail::call_receiver,
                       public detail::bulk_operation,
                       public std::enable_shared_from_this<bulk_run> {
public:
    bulk_run(std::shared_ptr<detail::client_core> core, detail::bulk_handler handler,
             std::unique_ptr<detail::task_source> source, std::unique_ptr<bulk_options> options,
             detail::call_rules_ptr rules);
    ~bulk_run() override;

    void start();

    void on_call_done(detail::client_core& by, std::unique_ptr<detail::call> done, bool inside) override;
    std::string_view tag() const noexcept override { return tag_; }
    void stop(errc why) noexcept override;
    void abandon(bool client_gone) noexcept override;
    void on_time() noexcept override;
    std::shared_ptr<detail::bulk_operation> self() noexcept override { return weak_from_this().lock(); }

private:
    using signal_type = boost::asio::cancellation_type;
    struct pump_op;
    struct reading;  // a stop that was answered, and whose task is read
    struct item;     // a task of the window, with what it has come to

    void cancel(signal_type type);
    void wake() noexcept;
    template <class Change>
    void tell(bool inside, Change change);
    void send_pump(bool inside, boost::asio::any_completion_executor const& direct);
    void pump();
    bool turn();
    void heed_stop();
    void pull();
    void take(task_ref&& task);
    void on_pulled(detail::task_source::answer got);
    void report(task_ref const& task, error_code code, stop_result const& result) noexcept;
    void tell_progress(bool last) noexcept;
    time_point progress_due() const noexcept;
    void count_failure();
    void source_threw(std::exception_ptr thrown);
    void source_failed(error_code code, std::exception_ptr thrown);
    void callback_failed(std::exception_ptr thrown) noexcept;
    bool may_send(task_ref const& task);
    bool ended_by_force() const noexcept;
    bool over() const noexcept;
    bool lost() const noexcept;
    void complete();

    void start_calls(time_point now);
    bool may_start();
    void start_call(item& t) noexcept;
    void start_reading(item& t) noexcept;
    void begin_reading(item& t);
    void settle(detail::call_chain done) noexcept;
    void stop_done(std::unique_ptr<detail::call> c, item& t) noexcept;
    void stop_returned(std::unique_ptr<detail::call> c, item& t) noexcept;
    void reading_done(std::unique_ptr<detail::call> c, item& t) noexcept;
    void learn(detail::call const& c, item& t) noexcept;
    void note_credential(detail::call const& c, item const& t) noexcept;
    bool credentials_in_doubt() const noexcept { return rejected_ && !accepted_; }
    void give_up_some() noexcept;
    void drop(item& t, errc why) noexcept;
    void end_returned(detail::call& c, errc otherwise) noexcept;
    void conclude(reading& r, task_ref const& task) noexcept;
    void finish(task_ref const& task, error_code code, stop_result const& result) noexcept;
    template <class Work>
    void within_memory(Work&& work) noexcept;

    std::shared_ptr<detail::client_core> const core_;
    std::unique_ptr<bulk_options> options_;
    detail::call_rules_ptr rules_;  // of each call
    std::string const tag_;         // likewise, until the end
    std::string wrong_option_;
    std::optional<detail::bulk_handler> handler_;
    boost::asio::any_completion_executor executor_;  // with outstanding work
    bool const own_executor_;                        // another than the client's
    bool const direct_;                              // of another context, even
    boost::asio::any_io_executor lent_;              // the same for the source, which may keep it
    boost::asio::cancellation_slot slot_;

    // What other threads touch.
    mutable std::mutex mutex_;
    detail::call_chain inbox_;
    std::optional<detail::task_source::answer> pulled_;
    policy::wake_latch latch_;                // awake: a pump runs, or is on its way
    std::shared_ptr<bulk_run> asleep_;        // itself, while nothing but the time will wake it
    bool unsent_ = false;                     // awake, but no pump is on its way: its executor had no memory
    time_point ordered_ = time_point::max();  // when the client wakes it
    std::atomic<bool> stop_asked_ = false;    // one of the three at the end was set
    bool abandoned_ = false;
    bool started_any_ = false;
    errc stop_wanted_{};       // the first reason
    bool cut_wanted_ = false;  // calls in flight end, too
    bool shut_down_ = false;   // the client takes no more calls, whatever the first reason was

    // What only the pump touches.
    std::unique_ptr<detail::task_source> source_;
    bool pulling_ = false;
    bool pull_cancelled_ = false;
    bool exhausted_ = false;
    errc stopped_{};              // why no more tasks are started
    bool cut_ = false;            // nor are they read any more
    bool rejected_ = false;       // a renewed credential was, too
    bool accepted_ = false;       // some credential was
    errc failure_{};              // of the source or an endpoint: what the run ends with
    error_code cause_;            // what the source said
    std::exception_ptr thrown_;   // by the source, or by the first callback that failed
    bool result_failed_ = false;  // the callback threw: it is not called again
    bool progress_failed_ = false;
    window tasks_;
    std::optional<seen_set> seen_;
    tally tally_;
    time_point begun_{};
    time_point told_{};
    std::size_t told_ended_ = 0;  // results that `on_progress` knows of
};

/// The run ends where there is no memory for its own work: what it had begun it still ends.
template <class Work>
void bulk_run::within_memory(Work&& work) noexcept {
    try {
        work();
    } catch (std::bad_alloc const&) {
        if (stopped_ == errc{}) stopped_ = errc::out_of_memory;
    }
}

}  // namespace oms::bulk

#endif
