// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BULK_HPP
#define OMS_BULK_HPP

/// @file
/// Stopping many tasks, and accounting for each.

#include <oms/client.hpp>
#include <oms/config.hpp>
#include <oms/detail/export.hpp>
#include <oms/detail/one_build.hpp>
#include <oms/detail/task_source.hpp>
#include <oms/error.hpp>
#include <oms/task.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace oms {

/// How many tasks may fail before a bulk admits no more: a number, or a share of those that have ended.
class OMS_DECL failure_limit {
public:
    failure_limit() noexcept;  ///< No limit.
    /// No limit.
    failure_limit(unlimited_t) noexcept;  // NOLINT(google-explicit-constructor)
    /// So many may fail; 0: the first failure is one too many.
    failure_limit(std::size_t count) noexcept;  // NOLINT(google-explicit-constructor)
    /// A share is written `failure_limit::share(0.05)`.
    template <class Number>
    requires std::floating_point<Number> || std::same_as<Number, bool> failure_limit(Number)
    = delete;
    /// Such a part of those that have ended may fail.
    /// @param part  Above 0, at most 1; counted from the hundredth result on.
    static failure_limit share(double part) noexcept;

    /// Whether so many failures are too many.
    bool exceeded(std::size_t failed, std::size_t ended) const noexcept;
    /// Whether `share()` was given a part in its range; any number is valid.
    bool valid() const noexcept;

private:
    std::size_t count_ = unlimited;
    double share_ = 1;
};

/// Counts of a bulk: each task that was pulled is in one of them.
struct OMS_DECL bulk_counts {
    std::size_t pulled = 0;           ///< Taken from the source: the sum of all below.
    std::size_t stopped = 0;          ///< `outcome::stopped`.
    std::size_t already_stopped = 0;  ///< `outcome::already_stopped`.
    std::size_t refused = 0;          ///< `outcome::refused`.
    std::size_t unknown = 0;          ///< `outcome::unknown`: may have been stopped.
    std::size_t not_sent = 0;         ///< `outcome::not_sent`: tried, and nothing was sent.
    std::size_t not_attempted = 0;    ///< Pulled, and never started.
    std::size_t duplicates = 0;       ///< Named before in this run; not tried again.

    bulk_counts() noexcept;
};

/// What `on_progress` sees.
struct OMS_DECL bulk_progress : bulk_counts {
    std::size_t in_flight = 0;  ///< Started and not ended.
    std::size_t waiting = 0;    ///< Pulled and not started.
    std::size_t failed = 0;     ///< Ended with an error.
    duration elapsed{};         ///< Since the run began.

    bulk_progress() noexcept;
};

/// How often a code ended tasks.
struct OMS_DECL failure_count {
    error_code code;           ///< That the tasks ended with.
    std::string service_code;  ///< The service's own, for example `OMS.0206`; may be empty.
    std::string example;       ///< The message of the first.
    std::size_t count = 0;     ///< Tasks that ended so.

    failure_count() noexcept;
};

/// Times from a task's start to its end; exact to 3 %.
struct OMS_DECL latency_percentiles {
    duration p50{},  ///< Half of the tasks took no longer.
        p90{},       ///< 90 % took no longer.
        p99{},       ///< 99 % took no longer.
        max{};       ///< The longest.

    latency_percentiles() noexcept;
};

/// What a bulk did: complete in every case, also when it was cancelled.
struct OMS_DECL bulk_report : bulk_counts {
    std::vector<failure_count> failures;  ///< The most frequent first; at most 256 codes.
    latency_percentiles latency;          ///< Of tasks that a request was sent for.
    duration elapsed{};                   ///< From the run's begin to its end.
    std::string wrong_option;  ///< With `errc::invalid_option`: the option at fault, for example `confirm.deadline`.
    /// With `errc::source_failed`: the code that the source gave, or threw in a `boost::system::system_error`.
    error_code cause;
    /// With `errc::source_failed` or `errc::callback_failed`: what the source or the first callback to fail threw;
    /// null where nothing was thrown.
    std::exception_ptr exception;

    bulk_report();
};

/// What `with_details` makes `async_stop_all` throw where its code is no success: the code, and the whole report.
/// `what()` is a sentence for an operator's log: why the run ended, and what became of how many tasks.
class OMS_DECL error_with_report : public boost::system::system_error {
public:
    /// Why the run ended, and its report.
    /// @throws std::bad_alloc
    error_with_report(error_code code, bulk_report report);
    ~error_with_report() override;

    /// A sentence for an operator's log.
    char const* what() const noexcept override;

    /// What the run did until it ended.
    bulk_report const& report() const noexcept;

private:
    struct state;
    std::shared_ptr<state const> state_;  // exceptions are copied; a copy must not throw
};

/// Whether and how a bulk reads what became of each task.
struct OMS_DECL confirm_options {
    bool enabled = false;  ///< Whether it reads at all.
    /// From a stop's answer on; then the last state that was read counts. Above 0 or `unlimited`.
    duration deadline = std::chrono::seconds(60);
    /// Between the first two readings; doubles from there. Not negative; counts as at least a millisecond.
    duration base_delay = std::chrono::milliseconds(500);
    /// Between any two readings at most. Not negative; counts as at least a millisecond.
    duration max_delay = std::chrono::seconds(5);

    confirm_options() noexcept;
    /// Sets `enabled`.
    confirm_options(bool on) noexcept;  // NOLINT(google-explicit-constructor)
};

/// Options of a bulk.
struct OMS_DECL bulk_options {
    std::size_t max_in_flight = 64;             ///< Tasks started at a time; at least 1.
    std::size_t max_in_flight_per_project = 5;  ///< Of these, tasks of one project; at least 1.
    std::size_t look_ahead = 10'000;            ///< Tasks pulled beyond those in flight; at least 1.
    double rate = unlimited;                    ///< Tasks started a second; above 0.
    double rate_per_project = unlimited;        ///< Of these, tasks of one project; above 0.
    failure_limit max_failures;                 ///< Beyond it no more are started: `errc::too_many_failures`.
    bool already_stopped_is_success = true;     ///< `false`: such a task counts as failed, too.
    /// After the answer to a stop, the task is read until its state is an end:
    /// `STOPPED`, or 3; 4 and above end it, too. The last one read is in
    /// `stop_result::final_status`, and `confirmed` says that there is one. A
    /// 2xx stays `stopped` whatever is read. An `unknown` outcome becomes
    /// `already_stopped`, or `refused` where the task has ended otherwise or
    /// still runs. Where nothing can be read, for example for want of a
    /// permission, the result stays as it was; that is no failure. Readings
    /// count for the limits and rates as starts do.
    confirm_options confirm;
    /// A task of an endpoint that cannot be reached waits until it can. After
    /// that long without an answer, all that is left for it is
    /// `not_attempted`, and the run ends with `errc::unavailable`. Not negative.
    duration outage_patience = std::chrono::seconds(30);
    bool deduplicate = true;  ///< Stop each task once, however often the source names it.
    /// For each task; its `already_stopped_is_success` is not read. What waits
    /// for its turn when `call.deadline` comes is `not_sent`, with `errc::queue_timeout`.
    call_options call;

    /// Called once for each task before the first byte of its first attempt,
    /// for example to write down that it may be stopped from now on; one
    /// call at a time, on the final handler's associated executor. Where it
    /// returns false or throws, the task ends as `outcome::not_sent` with
    /// `errc::callback_failed`, no other is started, those in flight are
    /// finished, and the run ends with the same code. Empty: none is asked.
    std::function<bool(task_ref const&)> before_send;
    /// Called once for each task that was pulled and is no duplicate, in the
    /// order in which they end, those that were never started included; one
    /// call at a time, on the final handler's associated executor, before that
    /// handler. After an exception it is called no more.
    std::function<void(task_ref const&, oms::error_code, stop_result const&)> on_result;
    /// Called within a tenth of a second of each result, at most ten times a second, and at the end; one call at a
    /// time, on the final handler's associated executor. After an exception it is called no more.
    std::function<void(bulk_progress const&)> on_progress;

    bulk_options();
};

/// Stops every task of a source.
///
/// @param client   Must not be moved or destroyed inside the initiating
///                 function; later that ends the run with `errc::shut_down`.
/// @param source   What gives the tasks, pulled on the final handler's executor. An rvalue is moved in, an lvalue
///                 is copied, a view is kept, and what `std::ref` refers to must outlive the run. One of these:
///                 - an input range of `task_ref`;
///                 - an object with `async_next(token)` → `void(error_code, std::optional<task_ref>)`;
///                 - an object with `asio::awaitable<std::optional<task_ref>> async_next()`, which is spawned for each
///                   task on that executor;
///                 - a coroutine that yields: `asio::experimental::coro<task_ref>`;
///                 - a channel: `asio::experimental::channel<void(error_code, task_ref)>`, or of
///                   `std::optional<task_ref>`, or a `concurrent_channel` of either.
///
///                 An empty optional is the end, and so are a coroutine's return and a channel that is closed. (With
///                 Boost 1.81 a channel that is closed drops what is in its buffer; an empty optional that is sent
///                 last does not.)
/// @param options  See `bulk_options`; a wrong one, those of `call` and a
///                 deadline that has passed included, completes with
///                 `errc::invalid_option`, its name in the report, and pulls nothing.
/// @param token    Completes with `void(error_code, bulk_report)`.
///
/// The report's counts always add up to `pulled`.
///
/// Projects take turns, so that one with many tasks holds up no other.
///
/// A task that is answered 429 goes back among those that wait, and nothing of
/// what the reply names (the project, the credential or the endpoint) is
/// started for as long as it says. That uses up neither attempts nor budgets;
/// the task ends with it, at once, where that is longer than what is left of
/// `timeouts.total` since its start.
///
/// An endpoint that cannot be reached is tried by one task at a time; the
/// others wait, and fill at most half of the look-ahead where other endpoints
/// are there: what the source gives beyond is `not_attempted`. Once the only
/// credential is rejected, no more is pulled. Where a source renews its
/// credentials, and the renewed one of a project is rejected, too, the rest of
/// that project is `not_attempted`; where no credential was accepted so far, no
/// more is pulled until one is, or all are rejected.
///
/// Memory depends on `max_in_flight` and `look_ahead`, and, with
/// `deduplicate`, 16 bytes a task times the load of a hash set.
///
/// **Cancellation.** *total*: only before the first task starts. *partial*:
/// starts no more and finishes those in flight. *terminal*: cancels those,
/// too: one whose request is under way may have been stopped, and is `unknown`.
/// The report is complete in each case; what was pulled and not started is
/// `not_attempted`.
///
/// **Errors.** None where the source was exhausted, whatever became of the
/// tasks; else `errc::too_many_failures`, `errc::source_failed`,
/// `errc::callback_failed`, `errc::credentials_rejected`, `errc::unavailable`,
/// `errc::cancelled`, `errc::shut_down`, `errc::invalid_option`, or
/// `errc::out_of_memory` where there was none for a task or in the source.
///
/// **Exceptions.** From the initiating function: `std::bad_alloc`, and what copying or
/// moving the source, or `credentials_provider::label()` of the credentials of
/// `bulk_options::call`, throws; with a client that was moved from a
/// `boost::system::system_error` with `errc::shut_down`, which leaves the source as
/// it is. Nothing was started then. What callbacks and the source throw later
/// never escapes: it ends the run, and is in its report.
///
/// **Threads.** May be called from any thread. Source and callbacks run one at a
/// time on the final handler's associated executor, by default the client's.
///
/// The service: it stops one task a request, and knows no stop of several (API
/// reference, "Stopping a Synchronization Task").
template <class Source,
          boost::asio::completion_token_for<void(error_code, bulk_report)> Token = boost::asio::deferred_t>
auto async_stop_all(client const& client, Source&& source, bulk_options options, Token&& token = Token());

/// The same with the default options.
template <class Source,
          boost::asio::completion_token_for<void(error_code, bulk_report)> Token = boost::asio::deferred_t>
auto async_stop_all(client const& client, Source&& source, Token&& token = Token());

namespace detail {

template <>
struct failure_of<bulk_report> {
    static std::exception_ptr make(error_code code, bulk_report const& report, task_ref&&) {
        return std::make_exception_ptr(error_with_report(code, report));
    }
};

using bulk_signature = void(error_code, bulk_report);
using bulk_handler = boost::asio::any_completion_handler<bulk_signature>;

struct OMS_DECL bulk_access {
    static std::shared_ptr<client_core> const& core(client const& c) { return c.live(); }
    static client::executor_type executor_of(client_core const& core) noexcept { return client::executor_of(core); }
    static void start(std::shared_ptr<client_core> const& core, bulk_handler handler,
                      std::unique_ptr<task_source> source, std::unique_ptr<bulk_options> options);
};

struct initiate_stop_all {
    std::shared_ptr<client_core> core;
    using executor_type = client::executor_type;
    executor_type get_executor() const noexcept { return bulk_access::executor_of(*core); }
    void operator()(auto&& handler, std::unique_ptr<task_source>&& source,
                    std::unique_ptr<bulk_options>&& options) const {
        bulk_access::start(core, keep_handler<bulk_signature>(*core, std::forward<decltype(handler)>(handler)),
                           std::move(source), std::move(options));
    }
};

}  // namespace detail

template <class Source, boost::asio::completion_token_for<void(error_code, bulk_report)> Token>
auto async_stop_all(client const& client, Source&& source, bulk_options options, Token&& token) {
    auto const& core = detail::bulk_access::core(client);  // first: where there is none, the source stays as it is
    return boost::asio::async_initiate<Token, void(error_code, bulk_report)>(
        detail::initiate_stop_all{core}, token, detail::make_task_source(std::forward<Source>(source)),
        std::make_unique<bulk_options>(std::move(options)));
}

template <class Source, boost::asio::completion_token_for<void(error_code, bulk_report)> Token>
auto async_stop_all(client const& client, Source&& source, Token&& token) {
    return async_stop_all(client, std::forward<Source>(source), bulk_options(), std::forward<Token>(token));
}

}  // namespace oms

#endif
