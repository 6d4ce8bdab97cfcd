// SPDX-License-Identifier: BSL-1.0
#include "bulk/bulk_run.hpp"

#include "bulk/bulk_item.hpp"
#include "client/completion.hpp"
#include "policy/durations.hpp"
#include "policy/span.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/system/system_error.hpp>

#include <random>

namespace oms::bulk {

namespace {

constexpr std::size_t pulls_a_turn = 256;  // a lazy source must not hold up results

std::array<std::uint64_t, 2> random_key() {
    std::random_device device;
    auto const word = [&] { return std::uint64_t{device()} << 32 | device(); };
    std::uint64_t const first = word();
    return {first, word()};
}

window_limits limits_of(bulk_options const& o, detail::client_core const& core) {
    window_limits l;
    l.max_in_flight = o.max_in_flight;
    l.max_in_flight_per_project = o.max_in_flight_per_project;
    l.look_ahead = o.look_ahead;
    l.rate = o.rate;
    l.rate_per_project = o.rate_per_project;
    l.outage_patience = o.outage_patience;
    l.own_region = core.config().config.region;
    l.one_credential = core.one_credential(o.call);
    return l;
}

// Empty: all is well.
std::string wrong_field(bulk_options const& o, detail::call_rules const& of_calls, time_point now) {
    if (o.max_in_flight < 1) return "max_in_flight";
    if (o.max_in_flight_per_project < 1) return "max_in_flight_per_project";
    if (o.look_ahead < 1) return "look_ahead";
    if (!(o.rate > 0)) return "rate";
    if (!(o.rate_per_project > 0)) return "rate_per_project";
    if (!o.max_failures.valid()) return "max_failures";
    if (!policy::is_positive_span(o.confirm.deadline)) return "confirm.deadline";
    if (!policy::is_span(o.confirm.base_delay)) return "confirm.base_delay";
    if (!policy::is_span(o.confirm.max_delay)) return "confirm.max_delay";
    if (!policy::is_span(o.outage_patience)) return "outage_patience";
    if (of_calls.wrong) return "call." + of_calls.wrong_field;
    if (o.call.deadline && *o.call.deadline <= now) return "call.deadline";
    return {};
}

}  // namespace

// Runs a pump where users' callbacks belong.
struct bulk_run::pump_op {
    std::shared_ptr<bulk_run> run;

    using executor_type = boost::asio::any_completion_executor;
    executor_type get_executor() const noexcept { return run->executor_; }

    void operator()() const { run->pump(); }
};

bulk_run::bulk_run(std::shared_ptr<detail::client_core> core, detail::bulk_handler handler,
                   std::unique_ptr<detail::task_source> source, std::unique_ptr<bulk_options> options,
                   detail::call_rules_ptr rules)
    : core_(std::move(core)),
      options_(std::move(options)),
      rules_(std::move(rules)),
      tag_(rules_->options.tag),
      handler_(std::in_place, std::move(handler)),
      executor_(boost::asio::prefer(detail::executor_of(*handler_, core_->default_executor()),
                                    boost::asio::execution::outstanding_work.tracked)),
      own_executor_(static_cast<bool>(detail::own_executor(*handler_, core_->default_executor()))),
      direct_(detail::is_foreign(executor_)),
      lent_(core_->lend(executor_)),
      slot_(boost::asio::get_associated_cancellation_slot(*handler_)),
      source_(std::move(source)),
      tasks_(limits_of(*options_, *core_)) {
    if (options_->deduplicate) seen_.emplace(random_key());
    wrong_option_ = wrong_field(*options_, *rules_, core_->now());
    if (wrong_option_.empty()) return;
    stop_wanted_ = errc::invalid_option;
    stop_asked_ = true;
}

bulk_run::~bulk_run() {
    core_->leave(*this);
}

void bulk_run::start() {
    if (slot_.is_connected()) {
        slot_.assign([weak = weak_from_this()](signal_type type) {
            if (auto const run = weak.lock()) run->cancel(type);
        });
    }
    begun_ = told_ = core_->now();
    try {
        core_->enlist(shared_from_this());
    } catch (...) {
        if (slot_.is_connected()) slot_.clear();
        throw;
    }
    if (!core_->accepts()) stop(errc::shut_down);
    wake();
}

void bulk_run::cancel(signal_type type) {
    if (lost()) {  // nothing of the run can run any more
        core_->cancel_all_of(this);
        return abandon(false);
    }
    bool const terminal = (type & signal_type::terminal) != signal_type::none;
    bool const partial = (type & signal_type::partial) != signal_type::none;
    tell(false, [&] {
        if (!terminal && !partial && started_any_) return;
        if (stop_wanted_ == errc{}) stop_wanted_ = errc::cancelled;
        cut_wanted_ = cut_wanted_ || terminal;
        stop_asked_ = true;
    });
}

// Whether the handler's context, which is another than the client's, is gone.
bool bulk_run::lost() const noexcept {
    std::lock_guard const lock(mutex_);
    auto const* const home = direct_ ? lent_.target<transport::lent_executor>() : nullptr;
    return home != nullptr && home->lost();
}

void bulk_run::stop(errc why) noexcept {
    tell(false, [&] {
        if (stop_wanted_ == errc{}) stop_wanted_ = why;
        cut_wanted_ = cut_wanted_ || why == errc::cancelled;
        shut_down_ = shut_down_ || why == errc::shut_down;
        stop_asked_ = true;
    });
}

void bulk_run::abandon(bool client_gone) noexcept {
    if (client_gone && direct_) return;
    detail::call_chain inbox;
    std::optional<detail::bulk_handler> handler;
    std::unique_ptr<detail::task_source> source;  // what it has pending may hold this run
    std::shared_ptr<bulk_run> keep;
    std::lock_guard const lock(mutex_);
    abandoned_ = true;
    keep = std::move(asleep_);
    inbox.append(std::move(inbox_));
    if (handler_) handler.emplace(std::move(*handler_));
    handler_.reset();
    source = std::move(source_);
    executor_ = {};
    lent_ = {};
}

void bulk_run::on_call_done(detail::client_core&, std::unique_ptr<detail::call> done, bool inside) {
    done->receiver.reset();
    tell(inside, [&] { inbox_.push(std::move(done)); });
}

void bulk_run::on_time() noexcept {
    wake();
}

void bulk_run::on_pulled(detail::task_source::answer got) {
    tell(false, [&] {
        if (!pulled_) pulled_.emplace(std::move(got));
    });
}

void bulk_run::wake() noexcept {
    tell(false, [] {});
}

// Changes what the pump is to look at, and wakes it, in one step.
template <class Change>
void bulk_run::tell(bool inside, Change change) {
    std::shared_ptr<bulk_run> keep;  // until somebody else does
    boost::asio::any_completion_executor to;
    {
        std::lock_guard const lock(mutex_);
        if (abandoned_ || !handler_) return;
        change();
        bool const asleep = latch_.wake();
        if (!asleep && !std::exchange(unsent_, false)) return;
        keep = std::move(asleep_);
        if (direct_) to = executor_;
    }
    send_pump(inside, to);
}

// Where the executor has no memory for it, the time brings another one, soon.
void bulk_run::send_pump(bool inside, boost::asio::any_completion_executor const& direct) {
    if (inside && !own_executor_) return pump();
    try {
        if (direct) return direct.execute(pump_op{shared_from_this()});
        if (inside) return boost::asio::dispatch(executor_, pump_op{shared_from_this()});
        auto const in = core_->enter();
        if (in) boost::asio::post(core_->executor(), pump_op{shared_from_this()});
    } catch (...) {
        {
            std::lock_guard const lock(mutex_);
            if (abandoned_) return;
            if (!handler_) throw;  // it is what the handler threw
            unsent_ = true;
            asleep_ = shared_from_this();
            ordered_ = {};  // for another time
        }
        core_->wake_bulk_soon(*this);
    }
}

void bulk_run::pump() {
    while (turn()) {
    }
}

// One round: what came, what was asked, what can start. False: nothing is left to do for now.
bool bulk_run::turn() {
    detail::call_chain done;
    std::optional<detail::task_source::answer> pulled;
    time_point ordered;
    {
        std::lock_guard const lock(mutex_);
        if (abandoned_) return false;
        latch_.begin();
        done.append(std::move(inbox_));
        if (pulled_) pulled.swap(pulled_);
        ordered = ordered_;
    }
    time_point const now = core_->now();
    settle(std::move(done));
    if (pulled) {
        pulling_ = false;
        if (pulled->thrown) {
            source_threw(std::move(pulled->thrown));
        } else if (pulled->code) {
            source_failed(pulled->code, nullptr);
        } else if (pulled->task) {
            take(std::move(*pulled->task));
        } else {
            exhausted_ = true;
        }
    }
    // None that the source had for the projects so far is of any use.
    if (credentials_in_doubt() && tasks_.at_rest() && stopped_ == errc{}) stopped_ = errc::credentials_rejected;
    tell_progress(false);  // before what it may end
    heed_stop();
    pull();
    tasks_.advance(now);
    give_up_some();
    within_memory([&] { start_calls(now); });
    give_up_some();
    if (over()) {
        complete();
        return false;
    }
    time_point const due = std::min(tasks_.wake(now), progress_due());
    // What others change wakes us; a lazy source has its next turn at once.
    bool const more = due <= now ||
                      (!exhausted_ && !pulling_ && stopped_ == errc{} && !credentials_in_doubt() && tasks_.room()) ||
                      (ended_by_force() && !cut_) || (stopped_ != errc{} && pulling_ && !pull_cancelled_);
    if (more) return true;
    if (due != ordered) core_->wake_bulk(*this, due);
    std::lock_guard const lock(mutex_);
    if (abandoned_) return false;
    ordered_ = due;
    if (!latch_.sleep()) return true;
    if (due != time_point::max()) asleep_ = shared_from_this();
    return false;
}

void bulk_run::count_failure() {
    bool const more = !exhausted_ || tasks_.waiting() > 0;
    if (more && stopped_ == errc{} && options_->max_failures.exceeded(tally_.failed(), tally_.ended())) {
        stopped_ = errc::too_many_failures;
    }
}

void bulk_run::heed_stop() {
    bool cut = false;
    bool no_more = false;
    if (stop_asked_) {
        std::lock_guard const lock(mutex_);
        if (stopped_ == errc{}) stopped_ = stop_wanted_;
        cut = std::exchange(cut_wanted_, false);
        no_more = shut_down_;
    }
    cut_ = cut_ || cut || no_more || ended_by_force();
    if (cut) core_->cancel_all_of(this);
    if (stopped_ == errc{}) return;
    if (pulling_ && !std::exchange(pull_cancelled_, true)) source_->cancel();
    give_up_some();
}

// Whether the run ends in a way that leaves no time to read anything.
bool bulk_run::ended_by_force() const noexcept {
    return stopped_ == errc::shut_down || stopped_ == errc::callback_failed || stopped_ == errc::credentials_rejected;
}

void bulk_run::pull() {
    for (std::size_t i = 0; i < pulls_a_turn; ++i) {
        if (exhausted_ || pulling_ || stopped_ != errc{} || credentials_in_doubt() || !tasks_.room()) return;
        try {
            // While a pull is pending, it may be all that keeps the run.
            auto next = source_->pull(
                lent_, [run = shared_from_this()](detail::task_source::answer got) { run->on_pulled(std::move(got)); });
            pulling_ = next.pending;
            if (next.pending) return;
            exhausted_ = !next.task;
            if (next.task) take(std::move(*next.task));
        } catch (...) {
            source_threw(std::current_exception());
        }
    }
}

void bulk_run::source_threw(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (std::bad_alloc const&) {
        exhausted_ = true;
        failure_ = errc::out_of_memory;
    } catch (boost::system::system_error const& e) {
        source_failed(e.code(), std::move(thrown));
    } catch (...) {
        source_failed({}, std::move(thrown));
    }
}

void bulk_run::source_failed(error_code code, std::exception_ptr thrown) {
    exhausted_ = true;
    if (failure_ == errc{}) failure_ = errc::source_failed;
    cause_ = code;
    if (!thrown_) thrown_ = std::move(thrown);
}

void bulk_run::take(task_ref&& task) {
    tally_.pulled();
    std::unique_ptr<job> made;
    try {
        if (seen_ && !seen_->insert(task)) return tally_.duplicate();
        made = std::make_unique<item>(std::move(task));
        if (rules_->options.deadline) made->deadline = *rules_->options.deadline;
        tasks_.push(std::move(made));
    } catch (std::bad_alloc const&) {
        if (stopped_ == errc{}) stopped_ = errc::out_of_memory;
        tally_.not_attempted();
        report(made ? made->task : task, errc::out_of_memory, {});
    }
}

void bulk_run::callback_failed(std::exception_ptr thrown) noexcept {
    if (stopped_ != errc::callback_failed) thrown_ = std::move(thrown);
    stopped_ = errc::callback_failed;
}

// Asked once for each task, before its first byte.
bool bulk_run::may_send(task_ref const& task) {
    if (!options_->before_send) return true;
    std::exception_ptr thrown;
    try {
        if (options_->before_send(task)) return true;
    } catch (...) {
        thrown = std::current_exception();
    }
    callback_failed(std::move(thrown));
    return false;
}

void bulk_run::report(task_ref const& task, error_code code, stop_result const& result) noexcept {
    if (!options_->on_result || result_failed_) return;
    try {
        options_->on_result(task, code, result);
    } catch (...) {
        result_failed_ = true;
        callback_failed(std::current_exception());
    }
}

void bulk_run::tell_progress(bool last) noexcept {
    if (!options_->on_progress || progress_failed_) return;
    auto const now = core_->now();
    if (!last && now - told_ < durations::progress_interval) return;
    told_ = now;
    told_ended_ = tally_.ended();
    try {
        options_->on_progress(tally_.progress(tasks_.in_flight(), tasks_.waiting(), now - begun_));
    } catch (...) {
        progress_failed_ = true;
        callback_failed(std::current_exception());
    }
}

// The last results of a burst are told, too, though nothing else may happen for long.
time_point bulk_run::progress_due() const noexcept {
    bool const all_told = tally_.ended() == told_ended_ || !options_->on_progress || progress_failed_;
    return all_told ? time_point::max() : told_ + durations::progress_interval;
}

bool bulk_run::over() const noexcept {
    return tasks_.in_flight() == 0 && !pulling_ && tasks_.waiting() == 0 && (exhausted_ || stopped_ != errc{});
}

void bulk_run::complete() {
    tell_progress(true);
    std::optional<detail::completion<bulk_report>> last;
    source_.reset();
    {
        std::lock_guard const lock(mutex_);
        if (!handler_) return;
        if (stopped_ == errc{}) stopped_ = stop_wanted_;  // by one of the last callbacks
        errc const why = stopped_ != errc{} ? stopped_ : failure_;
        last.emplace(detail::completion<bulk_report>{std::move(*handler_), executor_, slot_,
                                                     why == errc{} ? error_code() : error_code(why),
                                                     tally_.report(core_->now() - begun_)});
        last->result().wrong_option = std::move(wrong_option_);
        if (why == errc::source_failed) last->result().cause = cause_;
        if (why == errc::source_failed || why == errc::callback_failed) last->result().exception = std::move(thrown_);
        handler_.reset();
    }
    executor_ = {};
    lent_ = {};
    options_.reset();  // users' callbacks, which may hold anything
    rules_.reset();
    (*last)();
}

}  // namespace oms::bulk
