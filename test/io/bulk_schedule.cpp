// SPDX-License-Identifier: BSL-1.0
#include "io/bulk_schedule.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <ranges>
#include <stdexcept>

using namespace std::chrono_literals;

namespace oms::scripted {

namespace {

// Hands out a new token after each that was rejected; sometimes slowly, sometimes not at all.
class renewing_provider final : public credentials_provider {
public:
    renewing_provider(world& w, dice& d) : w_(w), dice_(d), fails_(d.one_in(4)) {}

    void async_get(credential_request, credential_handler handler) override {
        if (fails_ && dice_.one_in(5)) return;  // drops it
        auto const shared = std::make_shared<credential_handler>(std::move(handler));
        auto answer = [this, shared] {
            if (fails_ && dice_.one_in(5)) return shared->fail(errc::credentials_unavailable, "none today");
            (*shared)({}, credential::from_token("token-" + std::to_string(serial_)));
        };
        w_.time.after(dice_.one_in(10) ? 3s : dice_.milliseconds(50), std::move(answer));
    }
    void invalidate(credential const&) noexcept override { ++serial_; }

private:
    world& w_;
    dice& dice_;
    bool const fails_;
    int serial_ = 0;
};

}  // namespace

std::string_view to_string(disturbance d) {
    switch (d) {
        case disturbance::total:
            return "total";
        case disturbance::partial:
            return "partial";
        case disturbance::terminal:
            return "terminal";
        case disturbance::cancel_client:
            return "cancel_client";
        case disturbance::shut_down:
            return "shut_down";
        case disturbance::close:
            return "close";
        case disturbance::lose_context:
            break;
    }
    return "lose_context";
}

// A source that answers later, or at once; it may fail, and may not care for a cancellation.
class bulk_schedule::lazy_source {
public:
    lazy_source(bulk_schedule& s, bulk_record& r) : schedule_(&s), record_(&r) {}

    template <class Handler>
    void async_next(Handler&& handler) {
        bulk_schedule& s = *schedule_;
        bulk_record& r = *record_;
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        auto executor = boost::asio::get_associated_executor(handler);
        pending_ = std::make_shared<pending>();
        pending_->answer = [h = std::forward<Handler>(handler), executor, io = s.io.get()](
                               error_code ec, std::optional<task_ref> task) {
            boost::asio::post(*io, boost::asio::bind_executor(executor, [h, ec, task] { h(ec, task); }));
        };
        if (slot.is_connected() && !r.source_keeps_on) {
            slot.assign([weak = std::weak_ptr(pending_)](boost::asio::cancellation_type) {
                auto const waits = weak.lock();
                if (!waits || !waits->answer) return;
                std::exchange(waits->answer, nullptr)(boost::asio::error::operation_aborted, std::nullopt);
            });
        }
        auto go_on = [this, weak = std::weak_ptr(pending_)] {
            auto const p = weak.lock();
            if (!p || !p->answer) return;
            auto const answer = std::exchange(p->answer, nullptr);
            bulk_record& rec = *record_;
            if (rec.source_fails_at == at_) {
                rec.source_failed = true;
                return answer(errc::connection_lost, std::nullopt);
            }
            if (at_ == rec.tasks.size()) return answer({}, std::nullopt);
            ++rec.handed_out;
            answer({}, rec.tasks[at_++]);
        };
        if (s.dice_.one_in(8)) {
            s.time.after(s.dice_.milliseconds(s.dice_.one_in(10) ? 20'000 : 100), std::move(go_on));
        } else {
            go_on();
        }
    }

private:
    struct pending {
        std::function<void(error_code, std::optional<task_ref>)> answer;
    };

    bulk_schedule* schedule_;
    bulk_record* record_;
    std::shared_ptr<pending> pending_;  // not longer than the source, which goes before its context
    std::size_t at_ = 0;
};

bulk_schedule::bulk_schedule(std::uint64_t seed) : dice_(seed) {
    config.random_seed = seed;
    plan_client();
    std::size_t const count = dice_.one_in(5) ? 2 : 1;
    for (std::size_t i = 0; i < count; ++i) {
        runs_.push_back(std::make_unique<bulk_record>());
        plan_run(*runs_.back(), i == 0 ? "p" : "q");
    }
    plan_service();
    plan_disturbances();
}

bulk_schedule::~bulk_schedule() {
    if (io) lose_context();
}

void bulk_schedule::plan_client() {
    config.region = "";
    config.endpoints["near"] = "https://near.test";
    config.endpoints["far"] = "https://far.test";
    config.timeouts.total = dice_.any_of<duration>({90s, 90s, 20s, 4s});
    config.timeouts.attempt = dice_.any_of<duration>({30s, 30s, 3s});
    config.retry.max_attempts = static_cast<unsigned>(dice_.between(1, 4));
    config.retry.resend_open = !dice_.one_in(5);
    if (dice_.one_in(5)) config.retry.project_budget = 1;
    if (dice_.one_in(6)) config.throttle.adaptive = false;
    if (dice_.one_in(6)) config.throttle.rate = 30;
    if (dice_.one_in(6)) config.throttle.per_project_rate = 5;
    if (dice_.one_in(6)) config.throttle.per_project_in_flight = 2;
    if (dice_.one_in(3)) config.pool.max_connections = dice_.between(1, 6);
    if (dice_.one_in(20)) config.pool.max_pending = 5;
    config.credentials = token_credentials("token-0");
    if (dice_.one_in(3)) config.credentials = std::make_shared<renewing_provider>(*this, dice_);
}

void bulk_schedule::plan_service() {
    for (auto const& each : runs_) {
        for (task_ref const& task : each->tasks)
            service_.add(task);
    }
    service_.planned.faults = dice_.any_of<std::size_t>({0, 0, 50, 10, 3});
    service_.planned.throttled = dice_.any_of<std::size_t>({0, 0, 0, 20, 4});
    service_.planned.dials = dice_.any_of<std::size_t>({0, 0, 20, 3});
    service_.planned.shows_allowed = !dice_.one_in(6);
    for (char const* region : {"", "near", "far"}) {
        if (!dice_.one_in(6)) continue;
        auto const from = dice_.milliseconds(3000);
        auto const lasts = dice_.any_of<std::chrono::milliseconds>({500ms, 10s, 40s, 1h});
        service_.cut(service_.host_of(region), from, from + lasts, dice_.one_in(2));
    }
    if (dice_.one_in(8)) service_.revoke_at(dice_.milliseconds(2000));
    net.dials_to = [this](std::string const& host) { return service_.dial(host); };
    net.server = [this](request const& r) { return service_.serve(r); };
}

void bulk_schedule::plan_run(bulk_record& r, std::string const& project_prefix) {
    std::size_t const count = dice_.one_in(4) ? dice_.any_size(3) : dice_.between(5, 60);
    std::size_t const projects = dice_.between(1, 6);
    std::size_t const regions = dice_.one_in(2) ? 1 : 3;
    bool const only_sync = dice_.one_in(2);
    bool const repeats = dice_.one_in(3);
    for (std::size_t i = 0; i < count; ++i) {
        if (repeats && i > 0 && dice_.one_in(4)) {
            r.tasks.push_back(r.tasks[dice_.below(i)]);
            continue;
        }
        task_ref task = sync_task(project_prefix + std::to_string(dice_.below(projects)), "t" + std::to_string(i));
        if (!only_sync)
            task.kind = dice_.any_of({task_kind::sync_task, task_kind::migration_task, task_kind::task_group});
        task.region = dice_.any_of({"", "near", "far"});
        if (regions == 1) task.region.clear();
        r.tasks.push_back(std::move(task));
    }
    if (dice_.one_in(8)) r.source_fails_at = dice_.below(count + 1);
    r.source_keeps_on = dice_.one_in(8);
    bulk_options& o = r.options;
    o.max_in_flight = dice_.any_of<std::size_t>({1, 3, 8, 64});
    o.max_in_flight_per_project = dice_.any_of<std::size_t>({1, 2, 5, 64});
    o.look_ahead = dice_.any_of<std::size_t>({1, 4, 20, 10'000});
    if (dice_.one_in(6)) o.rate = dice_.any_of<double>({3, 50});
    if (dice_.one_in(6)) o.rate_per_project = dice_.any_of<double>({1, 20});
    if (dice_.one_in(6)) o.max_failures = dice_.below(5);
    if (dice_.one_in(3)) {
        o.confirm = true;
        o.confirm.deadline = dice_.any_of<duration>({1s, 10s, 60s});
        o.confirm.base_delay = dice_.any_of<duration>({0s, 100ms, 500ms});
        if (o.confirm.base_delay == 0s) o.confirm.max_delay = 100ms;
    }
    o.already_stopped_is_success = !dice_.one_in(4);
    if (!repeats) o.deduplicate = !dice_.one_in(4);
    o.outage_patience = dice_.any_of<duration>({0s, 1s, 30s, 30s});
    if (dice_.one_in(10)) o.call.deadline = time.now() + dice_.milliseconds(20'000);
    if (dice_.one_in(10)) o.call.credentials = std::make_shared<renewing_provider>(*this, dice_);
    if (dice_.one_in(16)) r.throws_at = dice_.below(count + 1);
    r.progress_throws = dice_.one_in(24);
    if (dice_.one_in(10)) r.acts_at.emplace(dice_.below(count + 1), static_cast<disturbance>(dice_.below(6)));
    o.on_result = [this, &r](task_ref const& t, error_code ec, stop_result const& s) { note_result(r, t, ec, s); };
    o.on_progress = [&r](bulk_progress const& p) {
        r.progress.push_back(p);
        if (!r.progress_throws) return;
        r.threw = true;
        throw std::runtime_error("progress");
    };
}

void bulk_schedule::plan_disturbances() {
    if (dice_.one_in(2)) return;
    for (std::size_t n = dice_.between(1, 2); n > 0; --n) {
        auto what = static_cast<disturbance>(dice_.below(6));
        if (dice_.one_in(20)) what = disturbance::lose_context;
        disturbances_.push_back({what, dice_.any_size(11)});
    }
}

void bulk_schedule::begin(bulk_record& r) {
    auto const life = std::make_shared<int>();
    r.handler = life;
    auto handler = boost::asio::bind_cancellation_slot(r.signal.slot(), [this, &r, life](error_code ec, bulk_report b) {
        if (inside_) r.wrong = "completed inside";
        ++r.completions;
        r.code = ec;
        r.report = std::move(b);
        r.at = time.now();
    });
    std::unique_ptr<detail::task_source> source;
    if (dice_.one_in(2)) {
        source = detail::make_task_source(lazy_source(*this, r));
    } else {
        auto const next = [&r](std::size_t i) {
            if (r.source_fails_at == i) {
                r.source_failed = true;
                throw std::runtime_error("source");
            }
            ++r.handed_out;
            return r.tasks[i];
        };
        std::size_t const most =
            r.source_fails_at && *r.source_fails_at == r.tasks.size() ? r.tasks.size() + 1 : r.tasks.size();
        source = detail::make_task_source(std::views::iota(std::size_t{0}, most) | std::views::transform(next));
    }
    detail::bulk_access::start(core, std::move(handler), std::move(source), std::make_unique<bulk_options>(r.options));
}

void bulk_schedule::note_result(bulk_record& r, task_ref const& task, error_code code, stop_result const& result) {
    if (inside_) r.wrong = "a result inside";
    if (r.completions > 0) r.wrong = "a result after the end";
    bulk_record::told& told = r.of[task];
    ++told.times;
    told.code = code;
    told.result = result;
    told.requests = net.ledger.size();
    std::size_t const number = r.results++;
    if (r.acts_at && r.acts_at->first == number) disturb(r, r.acts_at->second);
    if (r.throws_at != number) return;
    r.threw = true;
    throw std::runtime_error("result");
}

void bulk_schedule::disturb(bulk_record& r, disturbance what) {
    inside_ = true;
    for (auto const& each : runs_) {
        bool const touches_all =
            what != disturbance::total && what != disturbance::partial && what != disturbance::terminal;
        if ((touches_all || each.get() == &r) && each->completions == 0) each->disturbed.emplace_back(what, time.now());
    }
    switch (what) {
        case disturbance::total:
            r.signal.emit(boost::asio::cancellation_type::total);
            break;
        case disturbance::partial:
            r.signal.emit(boost::asio::cancellation_type::partial);
            break;
        case disturbance::terminal:
            r.signal.emit(boost::asio::cancellation_type::terminal);
            break;
        case disturbance::cancel_client:
            if (core) cancel_all();
            break;
        case disturbance::shut_down: {
            shutdown_options o;
            o.drain_for = dice_.any_of<duration>({0s, 50ms, 5s});
            o.finish_unsent = dice_.one_in(3);
            if (core) shut_down(o);
            break;
        }
        case disturbance::close:
            if (core) close();
            break;
        case disturbance::lose_context:
            lost_ = true;
            lose_context();
            break;
    }
    inside_ = false;
}

bool bulk_schedule::done() const {
    return std::all_of(runs_.begin(), runs_.end(), [](auto const& each) { return each->completions > 0; });
}

void bulk_schedule::play() {
    open();
    for (auto const& each : runs_)
        begin(*each);
    bool const others = dice_.one_in(5);
    while (!done()) {
        for (planned_disturbance const& each : disturbances_) {
            if (each.step != steps_) continue;
            disturb(*runs_[dice_.below(runs_.size())], each.what);
            if (lost_) return;
        }
        if (others && core && dice_.one_in(30)) {
            singles_.push_back(stop(sync_task("p0", "single" + std::to_string(singles_.size()))));
        }
        if (!step() || ++steps_ > too_many_steps) return;
    }
}

std::string bulk_schedule::run() {
    net.keeps_ledger = true;
    play();
    return check_end();
}

}  // namespace oms::scripted
