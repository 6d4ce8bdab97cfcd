// SPDX-License-Identifier: BSL-1.0
#include "start_run.hpp"

#include "report_lines.hpp"
#include "task_text.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>

#include <utility>

namespace oms_stop {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds tick_interval{200};

}  // namespace

start_run::start_run(options const& o, service& where, start_keys_source const& keys, journal& report, record& of,
                     std::chrono::steady_clock::time_point begun)
    : options_(o),
      service_(where),
      keys_(keys),
      journal_(report),
      record_(of),
      begun_(begun),
      timer_(where.loop.context()) {}

milliseconds start_run::since_begin() const {
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun_);
}

void start_run::interrupt(unsigned count) {
    if (ended_early_.empty()) ended_early_ = service_.loop.why();
    if (count > 1) return cancel_all();
    service_.say().say("finishing what is under way; once more cancels it");
}

void start_run::cancel_all() {
    if (ended_early_.empty()) ended_early_ = service_.loop.why();
    for (auto const& each : signals_)
        each->emit(asio::cancellation_type::terminal);
}

void start_run::begin(record::number n) {
    // Its line is with the system before any byte of it is.
    if (!journal_.write(sent_line(record_.report_number(n), since_begin()))) {
        ended_early_ = "the report cannot be written";
        return;
    }
    record_.sent(n);
    if (free_.empty()) free_.push_back(signals_.emplace_back(std::make_unique<asio::cancellation_signal>()).get());
    auto* const signal = free_.back();
    free_.pop_back();
    ++progress_.in_flight;
    oms::task_ref const task = record_.tasks.task(n);
    service_.client().async_start(
        task, *keys_.find(task.project_id),
        asio::bind_cancellation_slot(signal->slot(), [this, n, signal](oms::error_code code, oms::stop_result result) {
            free_.push_back(signal);
            --progress_.in_flight;
            ++progress_.done;
            cut_ = cut_ || code == oms::errc::cancelled;
            // It runs, as was wanted, whoever started it.
            if (result.outcome == oms::outcome::already_started) code = {};
            take_result(n, code, result);
        }));
}

void start_run::take_result(record::number n, oms::error_code code, oms::stop_result const& result) {
    oms::task_ref const task = record_.tasks.task(n);
    auto const line =
        result_line(record_.report_number(n), since_begin(), code, result, service_.events->take_tries(task));
    if (!journal_.write(line)) ended_early_ = "the report cannot be written";
    record_.take(n, line);
    if (!code) return;
    ++progress_.failed;
    service_.say().fail(task_path(task) + ": " + oms::describe_failure(code, result));
    if (options_.max_failures.exceeded(progress_.failed, progress_.done)) ended_early_ = "too many tasks failed";
}

void start_run::tick() {
    timer_.expires_after(tick_interval);
    timer_.async_wait([this](boost::system::error_code code) {
        if (code) return;
        journal_.sync(true);
        rate_.add(std::chrono::steady_clock::now(), progress_.done);
        progress_.rate = rate_.value();
        progress_.waits_for = service_.events->waits_for();
        service_.say().show(progress_);
        tick();
    });
}

void start_run::run() {
    event_loop& loop = service_.loop;
    loop.on_interrupt = [this](unsigned count) { interrupt(count); };
    loop.on_deadline = [this] { cancel_all(); };
    progress_.doing = "starting";
    progress_.total = record_.size();
    tick();
    record::number next = 0;
    while (true) {
        bool const more = next < record_.size() && ended_early_.empty() && !loop.ended();
        if (more && progress_.in_flight < options_.concurrency) {
            begin(next++);
            continue;
        }
        if (progress_.in_flight == 0) break;
        loop.context().run_one();
    }
    timer_.cancel();
    loop.on_interrupt = nullptr;
    loop.on_deadline = nullptr;
    service_.say().end(progress_);
    // What came after the last result changes nothing.
    bool const left = next < record_.size();
    interrupted_ = loop.ended() && (left || cut_);
    if (!left && !cut_) ended_early_.clear();
    bool const by_signal = loop.ended() && !loop.out_of_time();
    if (!ended_early_.empty() && !by_signal && !journal_.failed()) {
        service_.say().say("no more tasks were started: " + ended_early_);
    }
}

}  // namespace oms_stop
