// SPDX-License-Identifier: BSL-1.0
#include "stop_run.hpp"

#include "json_task.hpp"
#include "task_text.hpp"
#include "utc.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>

#include <cstdio>
#include <utility>

namespace oms_stop {

namespace json = boost::json;
namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds tick_interval{200};

json::string_view view(std::string_view text) {
    return {text.data(), text.size()};
}

std::string endpoint_of(options const& o, std::string const& region) {
    std::string own;
    for (std::string const& each : o.endpoints) {
        std::size_t const equals = each.find('=');
        if (equals == std::string::npos) {
            own = each;
        } else if (each.substr(0, equals) == region) {
            return each.substr(equals + 1);
        }
    }
    bool const is_own = region.empty() || region == o.region;
    return is_own && !own.empty() ? own : "https://oms." + region + ".myhuaweicloud.com";
}

// Not the task's own end: the run ended before its turn.
bool is_not_attempted(oms::error_code code, oms::stop_result const& result) {
    return result.attempts == 0 && (code == oms::errc::cancelled || code == oms::errc::shut_down ||
                                    code == oms::errc::too_many_failures || code == oms::errc::unavailable);
}

}  // namespace

std::string_view condition_name(oms::error_code code) noexcept {
    using oms::condition;
    static constexpr std::pair<condition, std::string_view> rows[] = {
        {condition::not_running, "not_running"},
        {condition::invalid_argument, "invalid_argument"},
        {condition::unauthenticated, "unauthenticated"},
        {condition::permission_denied, "permission_denied"},
        {condition::not_found, "not_found"},
        {condition::misrouted, "misrouted"},
        {condition::throttled, "throttled"},
        {condition::blocked, "blocked"},
        {condition::tls_failed, "tls_failed"},
        {condition::proxy_failed, "proxy_failed"},
        {condition::timed_out, "timed_out"},
        {condition::connection_failed, "connection_failed"},
        {condition::unavailable, "unavailable"},
        {condition::protocol_error, "protocol_error"},
        {condition::cancelled, "cancelled"},
    };
    for (auto const& [value, name] : rows) {
        if (code == value) return name;
    }
    return {};
}

json::object result_line(options const& o, oms::task_ref const& task, oms::error_code code,
                         oms::stop_result const& result, watcher::account how) {
    json::object line{{"type", "result"}};
    add_task(line, task);
    line["start"] = utc_text(how.ended - std::chrono::duration_cast<std::chrono::milliseconds>(result.elapsed));
    line["end"] = utc_text(how.ended);
    line["endpoint"] = endpoint_of(o, task.region);
    line["success"] = !code;
    line["outcome"] = view(to_string(result.outcome));
    if (code) {
        line["code"] = result.service_code.empty()
                           ? std::string(code.category().name()) + ":" + std::to_string(code.value())
                           : result.service_code;
        line["condition"] = view(condition_name(code));
        line["message"] = result.service_message.empty() ? code.message() : result.service_message;
    }
    line["http"] = result.http_status;
    line["attempts"] = result.attempts;
    line["tries"] = std::move(how.tries);
    if (result.confirmed) {
        line["confirmed"] = true;
        line["final_status"] = result.final_status;
    }
    return line;
}

bool seen_running(oms::task_ref const& task, oms::stop_result const& result) {
    oms::task_info read;
    read.task = task;
    read.status = result.final_status;
    return result.confirmed && result.outcome == oms::outcome::stopped && read.running();
}

stop_run::stop_run(options const& o, service& where, journal& report, record& of)
    : options_(o), service_(where), journal_(report), record_(of), timer_(where.loop.context()) {}

void stop_run::write(json::object const& line) {
    journal_.write(line);
    if (journal_.failed()) admit_no_more();
}

// Also from inside the client's events, so it is done later.
void stop_run::admit_no_more() {
    asio::post(service_.loop.context(), [this] {
        if (running_) signal_.emit(asio::cancellation_type::partial);
    });
}

void stop_run::tick() {
    timer_.expires_after(tick_interval);
    timer_.async_wait([this](boost::system::error_code code) {
        if (code || !running_) return;
        journal_.sync(true);
        if (journal_.failed()) admit_no_more();
        progress_.elapsed = std::chrono::steady_clock::now() - begun_;
        meter_->show(progress_, service_.events->waits_for());
        tick();
    });
}

void stop_run::say(std::string const& text) {
    if (meter_ != nullptr) return meter_->say(text);
    std::fprintf(stderr, "%s\n", text.c_str());
}

void stop_run::stop(std::vector<oms::task_ref> tasks) {
    progress_meter meter(tasks.size(), options_.quiet);
    meter_ = &meter;
    begun_ = std::chrono::steady_clock::now();
    auto const on_note = std::exchange(service_.events->on_note, [this](std::string const& text) {
        if (!options_.quiet) say(text);
    });
    if (options_.verbose) {
        service_.events->on_repeat = [this](oms::task_ref const& task, oms::retry_event const& e) {
            char delay[40];
            std::snprintf(delay, sizeof delay, "%.1f s", std::chrono::duration<double>(e.delay).count());
            say(task_path(task) + ": " + e.code.message() + "; again in " + delay);
        };
    }
    service_.events->on_send = [this](oms::task_ref const& task) {
        json::object line{{"type", "sent"}};
        add_task(line, task);
        line["at"] = utc_text(std::chrono::system_clock::now());
        write(line);
        if (record_entry* const e = record_.find(task)) e->sent = true;
    };
    oms::bulk_options bulk;
    bulk.max_in_flight = options_.concurrency;
    bulk.max_in_flight_per_project = options_.per_project;
    bulk.max_failures = options_.max_failures;
    bulk.confirm = options_.confirm;
    bulk.confirm.deadline = options_.confirm_for;
    bulk.outage_patience = options_.outage;
    bulk.already_stopped_is_success = !options_.already_stopped_fails;
    bulk.on_progress = [this](oms::bulk_progress const& p) { progress_ = p; };
    bulk.on_result = [this](oms::task_ref const& task, oms::error_code code, oms::stop_result const& result) {
        take_result(task, code, result);
    };
    asio::steady_timer deadline(service_.loop.context());
    if (options_.deadline) {
        deadline.expires_after(*options_.deadline);
        bulk.call.deadline = deadline.expiry();
        deadline.async_wait([this](boost::system::error_code code) {
            if (code || !running_) return;
            interrupted_ = true;
            signal_.emit(asio::cancellation_type::partial);
        });
    }
    service_.loop.on_interrupt = [this](unsigned count) {
        interrupted_ = true;
        if (count == 1) say("finishing what is under way; once more cancels it");
        if (running_) signal_.emit(count == 1 ? asio::cancellation_type::partial : asio::cancellation_type::terminal);
    };
    running_ = true;
    oms::error_code ended;
    async_stop_all(service_.client(), std::move(tasks), bulk,
                   asio::bind_cancellation_slot(signal_.slot(), [&](oms::error_code code, oms::bulk_report const&) {
                       ended = code;
                       running_ = false;
                   }));
    if (service_.loop.interrupted()) service_.loop.on_interrupt(1);
    tick();
    service_.loop.run_until([this] { return !running_; });
    timer_.cancel();
    service_.loop.on_interrupt = nullptr;
    service_.events->on_send = nullptr;
    service_.events->on_repeat = nullptr;
    service_.events->on_note = on_note;
    meter.end(progress_);
    meter_ = nullptr;
    if (ended && !interrupted_ && !journal_.failed()) say("no more tasks were started: " + ended.message());
}

void stop_run::take_result(oms::task_ref const& task, oms::error_code code, oms::stop_result const& result) {
    watcher::account how = service_.events->take_account(task);
    if (is_not_attempted(code, result)) return;
    ++(code == oms::condition::unauthenticated ? unauthenticated_ : answered_);
    json::object const line = result_line(options_, task, code, result, std::move(how));
    write(line);
    record_.apply(line);
    if (options_.json) std::puts(json::serialize(line).c_str());
    if (seen_running(task, result)) {
        any_seen_running_ = true;
        say(task_path(task) + ": its stop was taken, but it still reads " + result.final_status);
    }
    if (code && options_.verbose) say(task_path(task) + ": " + oms::describe_failure(code, result));
}

void stop_run::settle_by_show(oms::task_ref const& task, std::string const& status) {
    json::object line{{"type", "result"}};
    add_task(line, task);
    line["end"] = utc_text(std::chrono::system_clock::now());
    line["success"] = true;
    line["outcome"] = "stopped";
    line["confirmed"] = true;
    line["final_status"] = status;
    write(line);
    record_.apply(line);
    if (options_.json) std::puts(json::serialize(line).c_str());
}

}  // namespace oms_stop
