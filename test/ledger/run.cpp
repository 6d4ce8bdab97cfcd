// SPDX-License-Identifier: BSL-1.0
#include "ledger/run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <utility>

namespace oms::ledger_test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// One call at a time, all of it on a strand, so that a signal is emitted by nobody else meanwhile.
class ledger_run::caller {
public:
    explicit caller(ledger_run& of) : run_(of), strand_(asio::make_strand(of.context_)), timer_(strand_) {}

    void post_next() {
        asio::post(strand_, [this] { next(); });
    }

private:
    void next() {
        auto const number = run_.take();
        if (!number) return;
        number_ = *number;
        planned_stop const& plan = run_.plan_[number_];
        pending_ = true;
        cancels_before_ = run_.cancels_done_;
        {
            std::shared_lock const lock(run_.client_mutex_);
            era_ = run_.era_;
            run_.client_->async_stop(
                task_of(run_.options_, plan, number_), options(plan),
                asio::bind_cancellation_slot(
                    signal_.slot(), asio::bind_executor(strand_, [this, call = number_](error_code ec, stop_result r) {
                        ended(call, ec, r);
                    })));
        }
        interfere(plan);
    }

    call_options options(planned_stop const& plan) {
        call_options made;
        made.already_stopped_is_success = plan.already_stopped_is_success;
        if (plan.tried_once) made.retry.max_attempts = 1;
        if (plan.by == interference::deadline) {
            made.deadline = std::chrono::steady_clock::now() + std::chrono::microseconds(plan.microseconds);
            run_.told_.note(number_, interference::deadline);
        }
        padding_ = plan.kind == task_kind::sync_task ? run_.wire_.begin(number_) : wire_watch::long_padding;
        made.headers.emplace_back("X-Padding", std::string(padding_, '.'));
        return made;
    }

    void interfere(planned_stop const& plan) {
        using asio::cancellation_type;
        if (plan.by == interference::none || plan.by == interference::deadline) return;
        auto const type = plan.by == interference::total     ? cancellation_type::total
                          : plan.by == interference::partial ? cancellation_type::partial
                                                             : cancellation_type::terminal;
        if (plan.microseconds == 0) return cancel(plan.by, type);
        timer_.expires_after(std::chrono::microseconds(plan.microseconds));
        timer_.async_wait([this, type, by = plan.by, call = number_](error_code ec) {
            if (!ec && pending_ && number_ == call) cancel(by, type);
        });
    }
    void cancel(interference by, asio::cancellation_type type) {
        run_.told_.note(number_, by);
        signal_.emit(type);
    }

    void ended(std::size_t call, error_code ec, stop_result const& result) {
        if (run_.cancels_begun_ > cancels_before_) run_.told_.note(call, interference::wholesale);
        if (run_.ends_begun_ > era_) run_.told_.note(call, interference::client_end);
        if (!run_.told_.complete(call, ec, result)) return;
        pending_ = false;
        if (padding_ != wire_watch::long_padding) run_.wire_.end(padding_);
        timer_.cancel();
        run_.count_end();
        if (ec == errc::shut_down) return run_.park(*this, era_);
        next();
    }

    ledger_run& run_;
    asio::strand<asio::io_context::executor_type> strand_;
    asio::steady_timer timer_;
    asio::cancellation_signal signal_;
    std::size_t number_ = 0;
    std::size_t padding_ = 0;
    std::size_t era_ = 0;
    std::size_t cancels_before_ = 0;
    bool pending_ = false;
};

ledger_run::ledger_run(run_options const& options, client_config config, std::vector<planned_stop> const& plan,
                       account& told, wire_watch& wire)
    : options_(options),
      config_(std::move(config)),
      plan_(plan),
      told_(told),
      wire_(wire),
      work_(context_.get_executor()) {
    client_.emplace(context_, config_);
    for (std::size_t i = 0; i < options_.connections + options_.connections / 2; ++i)
        callers_.emplace_back(*this);
    for (int i = 0; i < 2; ++i)
        threads_.emplace_back([this] { context_.run(); });
}

ledger_run::~ledger_run() {
    client_.reset();
    work_.reset();
    context_.stop();
    for (std::thread& each : threads_)
        each.join();
}

void ledger_run::run(std::function<void()> const& after_first) {
    std::size_t const all = options_.stops;
    // The first alone, for the wire is to learn from it.
    callers_.front().post_next();
    wait_for(1);
    after_first();
    for (caller& each : callers_)
        if (&each != &callers_.front()) each.post_next();
    wait_for(all / 8);
    cancel_all();
    wait_for(all / 4);
    shut_down();
    wait_for(all / 2);
    destroy();
    wait_for(all * 5 / 8);
    cancel_all();
    wait_for(all * 3 / 4);
    shut_down();
    wait_for(all);
    client_->async_shutdown(1s, asio::use_future).wait_for(30s);
}

std::optional<std::size_t> ledger_run::take() {
    std::size_t const number = next_++;
    return number < options_.stops ? std::optional(number) : std::nullopt;
}

void ledger_run::count_end() {
    std::size_t const ended = ++ended_;
    if (ended != 1 && ended % 64 != 0 && ended != options_.stops) return;
    std::lock_guard const lock(mutex_);
    progress_.notify_all();
}

void ledger_run::wait_for(std::size_t ended) {
    std::unique_lock lock(mutex_);
    for (std::size_t before = ended_; before < ended; before = ended_) {
        bool const some = progress_.wait_for(lock, 60s, [&] { return ended_ >= ended || ended_ >= before + 64; });
        if (!some && ended_ == before) return;
    }
}

void ledger_run::cancel_all() {
    ++cancels_begun_;
    std::shared_lock const lock(client_mutex_);
    client_->cancel();
    ++cancels_done_;
}

// Calls that begin meanwhile are refused; their callers wait for the next client, each after one of them.
void ledger_run::shut_down() {
    ++ends_begun_;
    auto const done = client_->async_shutdown(20ms, asio::use_future);
    done.wait_for(30s);
    replace_client();
}

void ledger_run::destroy() {
    ++ends_begun_;
    replace_client();
}

// The old one is destroyed amid what it has under way, while its threads complete it.
void ledger_run::replace_client() {
    std::optional<oms::client> next(std::in_place, context_, config_);
    {
        std::unique_lock const lock(client_mutex_);
        std::swap(client_, next);
        ++era_;
    }
    next.reset();
    std::lock_guard const lock(mutex_);
    for (caller* each : std::exchange(parked_, {}))
        each->post_next();
}

void ledger_run::park(caller& who, std::size_t era) {
    std::lock_guard const lock(mutex_);
    if (era != era_) return who.post_next();
    parked_.push_back(&who);
}

}  // namespace oms::ledger_test
