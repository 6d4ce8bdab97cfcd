// SPDX-License-Identifier: BSL-1.0
#include "stop_run.hpp"

#include "json_task.hpp"
#include "plain_text.hpp"
#include "report_lines.hpp"
#include "task_text.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <utility>

namespace oms_stop {

namespace json = boost::json;
namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds tick_interval{200};

// Not the task's own end: the run ended before its turn.
bool is_not_attempted(oms::error_code code, oms::stop_result const& result) {
    return result.attempts == 0 && (code == oms::errc::cancelled || code == oms::errc::shut_down ||
                                    code == oms::errc::too_many_failures || code == oms::errc::unavailable ||
                                    code == oms::errc::credentials_rejected || code == oms::errc::callback_failed);
}

std::string seconds_text(oms::duration d) {
    char text[40];
    std::snprintf(text, sizeof text, "%.1f s", std::chrono::duration<double>(d).count());
    return text;
}

}  // namespace

// What happens to it while it runs; all goes back to what it was afterwards.
class stop_run::hooks {
public:
    explicit hooks(stop_run& run) : run_(run) {
        event_loop& loop = run.service_.loop;
        loop.on_interrupt = [this](unsigned count) {
            if (run_.question_) run_.question_->cancel();
            if (count > 1) return run_.end_now("interrupted");
            run_.service_.say().say("finishing what is under way; once more cancels it");
            run_.admit_no_more("interrupted");
        };
        loop.on_deadline = [this] { run_.end_now("the time of --deadline is over"); };
        loop.on_pace = [this](int direction) { run_.change_pace(direction); };
        run.service_.events->on_repeat = [this](oms::task_ref const& task, oms::retry_event const& e) {
            run_.service_.say().detail(task_path(task) + ": " + e.code.message() + "; again in " +
                                       seconds_text(e.delay));
        };
    }
    hooks(hooks const&) = delete;
    hooks& operator=(hooks const&) = delete;
    ~hooks() {
        event_loop& loop = run_.service_.loop;
        loop.on_interrupt = nullptr;
        loop.on_deadline = nullptr;
        loop.on_pace = nullptr;
        run_.service_.events->on_repeat = nullptr;
    }

private:
    stop_run& run_;
};

stop_run::stop_run(options const& o, service& where, journal& report, record& of, output& out,
                   std::chrono::steady_clock::time_point begun)
    : options_(o),
      service_(where),
      journal_(report),
      record_(of),
      out_(out),
      begun_(begun),
      timer_(where.loop.context()),
      pause_(where.loop.context()) {}

milliseconds stop_run::since_begin() const {
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun_);
}

void stop_run::admit_no_more(std::string why) {
    wind_up(std::move(why), asio::cancellation_type::partial);
}

void stop_run::end_now(std::string why) {
    wind_up(std::move(why), asio::cancellation_type::terminal);
}

// Also from inside the client's events, so it is done later.
void stop_run::wind_up(std::string why, asio::cancellation_type how) {
    if (ended_early_.empty()) ended_early_ = std::move(why);
    asio::post(service_.loop.context(), [this, how] {
        if (!running_) return;
        feed_->close();
        if (question_) question_->cancel();
        signal_.emit(how);
    });
}

void stop_run::tick() {
    timer_.expires_after(tick_interval);
    timer_.async_wait([this](boost::system::error_code code) {
        if (code || !running_) return;
        journal_.sync(true);
        if (journal_.failed()) admit_no_more("the report cannot be written");
        out_.flush();
        rate_.add(std::chrono::steady_clock::now(), progress_.done);
        progress_.rate = rate_.value();
        progress_.in_flight = under_way_.size();
        progress_.waits_for = service_.events->waits_for();
        service_.say().show(progress_);
        tick();
    });
}

oms::bulk_options stop_run::bulk_options() {
    oms::bulk_options bulk;
    bulk.max_in_flight = options_.concurrency;
    bulk.max_in_flight_per_project = options_.per_project;
    bulk.max_failures = options_.max_failures;
    bulk.confirm = options_.confirm;
    bulk.confirm.deadline = options_.confirm_for;
    bulk.outage_patience = options_.outage;
    bulk.already_stopped_is_success = !options_.already_stopped_fails;
    bulk.deduplicate = false;  // the record has each task once
    bulk.before_send = [this](oms::task_ref const& task) { return announce(task); };
    bulk.on_result = [this](oms::task_ref const& task, oms::error_code code, oms::stop_result const& result) {
        take_result(task, code, result);
    };
    return bulk;
}

// Whether it may be sent: the report says so before the first byte leaves.
bool stop_run::announce(oms::task_ref const& task) {
    auto const n = record_.tasks.find(task);
    if (!n) return false;
    under_way_.insert(*n);
    if (!journal_.write(sent_line(record_.report_number(*n), since_begin()))) {
        under_way_.erase(*n);
        return false;
    }
    record_.sent(*n);
    return true;
}

void stop_run::stop(std::vector<record::number> const& tasks) {
    progress_ = {};
    progress_.total = tasks.size();
    task_feed feed(service_.loop.context().get_executor(), record_, tasks, options_.waves);
    feed_ = &feed;
    feed.on_wave = [this](std::size_t wave) { between_waves(wave); };
    hooks const attached(*this);
    running_ = true;
    oms::error_code ended;
    async_stop_all(service_.client(), std::ref(feed), bulk_options(),
                   asio::bind_cancellation_slot(signal_.slot(), [&](oms::error_code code, oms::bulk_report const&) {
                       ended = code;
                       running_ = false;
                   }));
    if (service_.loop.ended()) end_now(service_.loop.why());
    tick();
    service_.loop.run_until([this] { return !running_; });
    timer_.cancel();
    pause_.cancel();
    if (question_) {
        question_->cancel();
        service_.loop.context().poll();
        question_.reset();
    }
    feed_ = nullptr;
    progress_.in_flight = under_way_.size();
    service_.say().end(progress_);
    if (ended_early_.empty() && ended) ended_early_ = ended.message();
    // One that came after the last result changes nothing.
    interrupted_ = (service_.loop.ended() || halted_) && (ended || feed.left() > 0);
    if (!ended && feed.left() == 0) ended_early_.clear();
    bool const by_signal = service_.loop.ended() && !service_.loop.out_of_time();
    if (!ended_early_.empty() && !by_signal && !journal_.failed()) {
        service_.say().say("no more tasks were started: " + ended_early_);
    }
}

void stop_run::take_result(oms::task_ref const& task, oms::error_code code, oms::stop_result const& result) {
    json::array tries = service_.events->take_tries(task);
    auto const n = record_.tasks.find(task);
    if (n) under_way_.erase(*n);
    if (n && !is_not_attempted(code, result)) {
        ++(code == oms::condition::unauthenticated ? unauthenticated_ : answered_);
        json::object line = result_line(record_.report_number(*n), since_begin(), code, result, std::move(tries));
        if (read_as_stopped(task, result)) line["read_stopped"] = true;
        settle(*n, std::move(line));
        count(*n, code, result);
    }
    feed_->ended();
}

void stop_run::count(record::number n, oms::error_code code, oms::stop_result const& result) {
    oms::task_ref const task = record_.tasks.task(n);
    ++progress_.done;
    ++wave_.ended;
    if (!code) {
        wave_.unconfirmed += record_.unconfirmed(n) ? 1 : 0;
        if (!result.confirmed || read_as_stopped(task, result)) return;
        return service_.say().say(task_path(task) + ": its stop was taken, but it still reads " + result.final_status);
    }
    ++progress_.failed;
    ++wave_.failed;
    service_.say().fail(task_path(task) + ": " + oms::describe_failure(code, result));
    if (options_.halt_now && options_.max_failures.exceeded(progress_.failed, progress_.done)) {
        halted_ = true;
        end_now("too many tasks failed");
    }
}

void stop_run::settle(record::number n, json::object line) {
    if (!journal_.write(line)) admit_no_more("the report cannot be written");
    record_.take(n, line);
    if (options_.json) print(n, line);
}

// A line of --json: the report's, with the task in place of its number.
void stop_run::print(record::number n, json::object const& result) {
    json::object line{{"type", "result"}};
    add_task(line, record_.tasks.task(n));
    line["success"] = record_.done(n);
    for (auto const& [name, value] : result) {
        if (name != "result" && name != "ms") line[name] = value;
    }
    if (out_.is_terminal()) service_.say().make_room();
    out_.write(json_text(line) + '\n');
    if (out_.is_terminal()) out_.flush();
}

// Twice as fast, or half as fast.
void stop_run::change_pace(int direction) {
    std::size_t const now = std::min(feed_->window(), options_.concurrency);
    std::size_t const most =
        direction > 0 ? std::min(now * 2, options_.concurrency) : std::max<std::size_t>(now / 2, 1);
    feed_->set_window(most);
    std::string text = counted(most, "stop") + " at a time";
    if (std::isfinite(options_.rate)) {
        double const rate = std::min(feed_->rate(), options_.rate) * (direction > 0 ? 2 : 0.5);
        feed_->set_rate(std::min(rate, options_.rate));
        char number[40];
        std::snprintf(number, sizeof number, ", %.3g a second", feed_->rate());
        text += number;
    }
    service_.say().say("from now on " + text);
}

void stop_run::between_waves(std::size_t wave) {
    wave_counts const was = std::exchange(wave_, {});
    std::size_t const wrong = was.failed + was.unconfirmed;
    std::string told = "wave " + std::to_string(wave) + ": " + std::to_string(was.ended - wrong) + " stopped, " +
                       std::to_string(was.failed) + " failed";
    if (was.unconfirmed > 0) told += ", " + std::to_string(was.unconfirmed) + " not read as stopped";
    service_.say().say(told);
    if (options_.max_failures.exceeded(wrong, was.ended)) {
        return admit_no_more("too many tasks of wave " + std::to_string(wave) + " failed" +
                             (was.unconfirmed > 0 ? ", or were not read as stopped" : ""));
    }
    if (!options_.wave_pause) return options_.yes ? feed_->go_on() : ask_for_wave(wave);
    pause_.expires_after(*options_.wave_pause);
    pause_.async_wait([this](boost::system::error_code code) {
        if (!code && running_) feed_->go_on();
    });
}

void stop_run::ask_for_wave(std::size_t wave) {
    question_.emplace(service_.loop, service_.say());
    question_->ask("Go on with wave " + std::to_string(wave + 1) + "? Type yes: ", [this](std::string const& answer) {
        if (answer == "yes") return feed_->go_on();
        admit_no_more("the next wave was not wanted");
    });
}

}  // namespace oms_stop
