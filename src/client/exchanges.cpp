// SPDX-License-Identifier: BSL-1.0
// Exchanges: what a reply or a failure means for its call and its connection.
#include "call/reply_meaning.hpp"
#include "client/client_core.hpp"
#include "client/hide_credential.hpp"
#include "client/texts.hpp"
#include "policy/timeout_code.hpp"
#include "wire/http_date.hpp"
#include "wire/task_body.hpp"

#include <algorithm>
#include <utility>

namespace oms::detail {

namespace {

// The rest of a body that is dropped is not waited for any longer.
constexpr std::chrono::seconds drain_for{1};
constexpr std::size_t uuid_size = 36;  // a longer request id may be anything

void hide_secrets(call& c) noexcept {
    if (c.held) hide_credential(c.held->value, c.result);
    if (c.keys) hide_keys(*c.keys, c.result);
}

retry_verdict verdict_of(retry_options const& rules, failed_try const& t) noexcept {
    try {
        return rules.classify(t);
    } catch (...) {  // it has no say then
        return retry_verdict::standard;
    }
}

}  // namespace

// Takes the call off its connection.
call* client_core::end_exchange_locked(pooled& p) noexcept {
    call* const c = std::exchange(p.user, nullptr);
    p.used = true;
    c->connection = nullptr;
    c->at = call::place::nowhere;
    ++waiting_;
    project& lane = *c->lane;
    --lane.in_flight;
    if (lane.held() && !lane.waiting()) lane.of.queue.release(lane);
    return c;
}

// Accounts for the phases of an exchange that ended in `last`. Where nobody
// observes, only the whole is known, and goes to the wait for the reply.
void client_core::end_times_locked(call& c, transport::exchange_times const& t, phase last, time_point now,
                                   effects& fx) {
    if (last == phase::write) return;
    if (t.sent == time_point{}) {
        c.result.phase = phase::first_byte;
    } else {
        enter_locked(c, phase::first_byte, t.sent, fx);
    }
    if (last == phase::first_byte) return;
    enter_locked(c, phase::body, t.first_byte == time_point{} ? now : t.first_byte, fx);
}

transport::exchange_failure client_core::abandon_exchange_locked(call& c, effects& fx) {
    pooled& p = *c.connection;
    auto const link = p.link;  // what the failure points to lives in it
    end_exchange_locked(p);
    auto const f = link->abandon();
    drop_locked(p, "abandoned", {}, fx);
    return f;
}

// A try took longer than it may. Where nothing at all came, its connection may have been dead for a while.
void client_core::time_out_locked(call& c, time_point now, effects& fx) {
    endpoint& e = *c.to;
    pooled& p = *c.connection;
    auto const link = p.link;  // what the failure points to lives in it
    bool const idled = p.idled_before(c.sent_at);
    end_exchange_locked(p);
    auto const f = link->abandon();
    bool const silent = !f.got_bytes && f.head == nullptr;
    if (silent && e.silence.suspects(idled, now)) suspect_locked(e, p, c.sent_at, fx);
    drop_locked(p, "abandoned", {}, fx);
    lost_locked(c, f, silent && idled, policy::timeout_in(f.phase), now, fx);
}

void client_core::on_reply(transport::connection& conn, transport::reply const& r) {
    effects fx(*this, completion::inside);
    lock held(mutex_);
    auto* const p = static_cast<pooled*>(conn.record);
    if (p == nullptr || p->user == nullptr) return;  // given up a moment ago
    time_point const now = time_->now();
    endpoint& e = p->of;
    if (!p->used) e.silence.answered();
    call& c = *end_exchange_locked(*p);
    p->replied_at = now;
    if (r.keep_alive_timeout) {
        // A second less, so that the server is not the first to hang up.
        p->keep_alive = std::max(*r.keep_alive_timeout, std::chrono::seconds(1)) - std::chrono::seconds(1);
    }
    if (r.keep_alive && !p->ended) {
        idle_locked(*p, now, fx);
    } else if (r.draining && state_ == state::running) {
        p->idle_until = now + drain_for;
        times_.set(*p, p->idle_until);
    } else {
        drop_locked(*p, "not_kept_alive", {}, fx);
    }
    end_times_locked(c, r.times, phase::body, now, fx);
    answered_locked(c, r.status, r, {}, now, fx);
    pump_locked(e, now, fx);
    settle_locked(fx);
    held.unlock();
    fx.run();
}

void client_core::on_exchange_failed(transport::connection& conn, transport::exchange_failure const& f) {
    effects fx(*this, completion::inside);
    lock held(mutex_);
    auto* const p = static_cast<pooled*>(conn.record);
    if (p == nullptr || p->user == nullptr) return;
    time_point const now = time_->now();
    endpoint& e = p->of;
    bool const reused = p->used;
    call& c = *end_exchange_locked(*p);
    drop_locked(*p, "failed", f.code, fx);
    lost_locked(c, f, reused, {}, now, fx);
    pump_locked(e, now, fx);
    settle_locked(fx);
    held.unlock();
    fx.run();
}

// The connection had ended before its exchange began.
void client_core::on_not_started(transport::connection& conn, effects& fx) noexcept {
    lock const held(mutex_);
    auto* const p = static_cast<pooled*>(conn.record);
    if (p == nullptr || p->user == nullptr) return;
    time_point const now = time_->now();
    endpoint& e = p->of;
    call& c = *end_exchange_locked(*p);
    drop_locked(*p, "closed_by_peer", errc::connection_closed, fx);
    seek_credential_locked(c, now, fx);  // as if it had not been chosen
    pump_locked(e, now, fx);
    settle_locked(fx);
}

// The exchange brought no whole reply: it was lost, or its time was over.
void client_core::lost_locked(call& c, transport::exchange_failure const& f, bool reused, error_code timeout,
                              time_point now, effects& fx) {
    end_times_locked(c, f.times, f.phase, now, fx);
    if (c.confirming && f.head == nullptr) {
        bool const stale = reused && !f.got_bytes && !timeout;
        if (!stale || std::exchange(c.tries.free_used, true)) {
            return unconfirmed_locked(c, timeout ? timeout : f.cause ? f.cause : f.code, now, fx);
        }
        return seek_credential_locked(c, now, fx);
    }
    if (f.handed_over) c.belief.sent();
    if (f.head != nullptr) {
        transport::reply const r = *f.head;
        return answered_locked(c, r.status, r, timeout ? timeout : f.code, now, fx);
    }
    if (f.handed_over) c.belief.open();
    policy::failure failure;
    failure.how = f.handed_over ? policy::failure::kind::lost : policy::failure::kind::unsent;
    failure.reads = !c.operation->acts();
    failure.code = timeout ? timeout : f.code;
    failure.stale =
        reused && !f.got_bytes && !timeout && (f.code == errc::connection_closed || f.code == errc::connection_lost);
    failure.silent = reused && timeout;
    failed_locked(c, failure, timeout ? timeout : f.cause, now, fx);
}

// A reply's header is whole. `body_failure` says why its body is not.
void client_core::answered_locked(call& c, unsigned status, transport::reply const& r, error_code body_failure,
                                  time_point now, effects& fx) noexcept {
    with_memory_locked(c, now, fx, [&] { heed_reply_locked(c, status, r, body_failure, now, fx); });
}

void client_core::heed_reply_locked(call& c, unsigned status, transport::reply const& r, error_code body_failure,
                                    time_point now, effects& fx) {
    if (c.confirming) return confirmed_locked(c, status, r, body_failure, now, fx);
    c.belief.sent();
    c.heard = now;
    c.result.http_status = status;
    keep_text(c.result.request_id, r.request_id);
    bool const reads = !c.operation->acts();
    if (policy::is_success(status)) {
        if (r.request_id.size() > uuid_size) hide_secrets(c);
        learn_locked(c, status, {}, r, now, fx);
        // A stop needs no body. A reading is nothing without it.
        if (!reads) return succeed_locked(c, c.operation->success, now, fx);
        if (body_failure) return body_lost_locked(c, body_failure, now, fx);
        if (r.body_truncated) return finish_locked(c, errc::body_too_large, now, fx);
        c.body = r.body;
        return succeed_locked(c, c.operation->success, now, fx);
    }
    policy::failure f;
    f.how = policy::failure::kind::reply;
    f.reads = reads;
    f.status = status;
    if (policy::leaves_open(f)) c.belief.open();  // before anything that may fail
    error_code const code = parse_error(status, r.body, c.result);
    hide_secrets(c);
    judge_clock_locked(c, status, r, f);
    learn_locked(c, status, c.result.service_message, r, now, fx, f.clock_mended);
    if (!r.retry_after.empty()) {
        f.retry_after = wire::parse_retry_after(r.retry_after, r.date, time_->wall());
        if (f.retry_after) tell_details(c.result, [&](error_details& d) { d.retry_after = f.retry_after; });
    }
    // The caller's own end of the call, or a time limit that no repeat follows, is what it is told.
    bool const over = body_failure == errc::cancelled || body_failure == errc::shut_down ||
                      (body_failure == condition::timed_out && now >= c.deadline);
    auto const says =
        oms::call::meaning_of(*c.operation, status, code, c.result.service_code, c.retry_rules->not_running_codes);
    bool const already = says.what == oms::call::meaning::already;
    c.result.cause = already ? code : says.code;
    if (already && !over) return confirm_locked(c, says.code, now, fx);
    f.code = says.code;
    if (says.what == oms::call::meaning::about_task) c.belief.settle();
    if (over) return finish_locked(c, body_failure, now, fx);
    if (body_failure == condition::timed_out) f.told = body_failure;
    failed_locked(c, f, says.code, now, fx);
}

// The service says that the task does not run. A sync task has only two
// states, so that decides; another one may still wait for its turn, and one
// look at it tells.
void client_core::confirm_locked(call& c, error_code said, time_point now, effects& fx) {
    c.not_running = said;
    if (c.operation->confirmed_by == oms::call::confirmation::reply) return ended_locked(c, now, fx);
    release_pass_locked(c, now, fx);
    c.confirming = true;
    c.query = query_of(c.asks());
    seek_credential_locked(c, now, fx);
}

void client_core::confirmed_locked(call& c, unsigned status, transport::reply const& r, error_code body_failure,
                                   time_point now, effects& fx) {
    learn_locked(c, status, {}, r, now, fx);
    task_info info;
    info.task.kind = c.task.kind;
    stop_result words;
    error_code why = parse_error(status, r.body, words);
    if (!why) why = wire::parse_task(r.body, info);
    if (why) {
        bool const over = body_failure == errc::cancelled || body_failure == errc::shut_down;
        return over ? finish_locked(c, body_failure, now, fx)
                    : unconfirmed_locked(c, body_failure ? body_failure : why, now, fx);
    }
    c.result.confirmed = true;
    c.result.final_status = info.status;
    hide_secrets(c);
    switch (oms::call::meaning_of_show(*c.operation, c.task.kind, info.status)) {
        case oms::call::meaning::shown_so:
            return ended_locked(c, now, fx);
        case oms::call::meaning::shown_ended:
            c.belief.settle();  // without us
            return finish_locked(c, c.not_running, now, fx);
        default:
            return unconfirmed_locked(c, c.result.cause, now, fx);
    }
}

// The task may wait for its turn for all that is known.
void client_core::unconfirmed_locked(call& c, error_code why, time_point now, effects& fx) {
    c.result.cause = why;
    finish_locked(c, errc::not_confirmed_stopped, now, fx);
}

// The task was so already: by this call, if one of its tries had no answer.
void client_core::ended_locked(call& c, time_point now, effects& fx) {
    bool const ours = c.belief.is_open();
    c.belief.settle();
    c.result.outcome = c.operation->already;
    bool const wanted =
        c.operation->already == outcome::already_stopped && c.options && c.options->already_stopped_is_success;
    if (ours || wanted) return succeed_locked(c, c.operation->already, now, fx);
    finish_locked(c, c.not_running, now, fx);
}

// A reading whose reply was cut: as if it had not come.
void client_core::body_lost_locked(call& c, error_code why, time_point now, effects& fx) {
    if (why == errc::cancelled || why == errc::shut_down || now >= c.deadline) return finish_locked(c, why, now, fx);
    policy::failure f;
    f.how = policy::failure::kind::lost;
    f.reads = true;
    f.code = why;
    failed_locked(c, f, why, now, fx);
}

void client_core::succeed_locked(call& c, outcome as, time_point now, effects& fx) {
    c.lane->budget.success();
    c.to->budget.success();
    c.result.cause.clear();
    c.result.outcome = as;
    if (as == c.operation->success) {
        c.result.service_code.clear();
        c.result.service_message.clear();
    }
    finish_locked(c, {}, now, fx);
}

// A try has failed: the call goes on or ends.
void client_core::failed_locked(call& c, policy::failure const& f, error_code cause, time_point now,
                                effects& fx) noexcept {
    with_memory_locked(c, now, fx, [&] { judge_locked(c, f, cause, now, fx); });
}

void client_core::judge_locked(call& c, policy::failure const& f, error_code cause, time_point now, effects& fx) {
    if (c.confirming) return unconfirmed_locked(c, cause ? cause : f.code, now, fx);
    c.result.cause = cause;
    if (!c.retry_rules->classify) return decide_locked(c, f, retry_verdict::standard, now, fx);
    failed_try t;
    t.code = f.code;
    t.http_status = f.status;
    t.attempts = c.result.attempts;
    t.open = c.belief.is_open();
    fx.judge([this, t, f, own = c.own, index = c.index, id = c.id, when = fx.when()] {
        retry_options const& rules = own ? own->retry : settings_.config.retry;
        on_verdict(index, id, f, verdict_of(rules, t), when);
    });
}

void client_core::on_verdict(std::uint32_t index, std::uint64_t id, policy::failure const& f, retry_verdict verdict,
                             completion when) {
    effects fx(*this, when);
    if (!fx.in()) return;
    lock held(mutex_);
    call* const c = find_locked(index, id);
    if (c == nullptr || c->at == call::place::exchange) return;  // it ended, or got a connection, in the meantime
    time_point const now = time_->now();
    endpoint& e = *c->to;
    with_memory_locked(*c, now, fx, [&] { decide_locked(*c, f, verdict, now, fx); });
    pump_locked(e, now, fx);
    settle_locked(fx);
    held.unlock();
    fx.run();
}

void client_core::decide_locked(call& c, policy::failure const& f, retry_verdict verdict, time_point now, effects& fx) {
    endpoint& e = *c.to;
    bool const draining = state_ != state::running && !(finish_unsent_ && !c.belief.any_sent());
    // What waits for a pace or an endpoint waits at its owner's, where it is in nobody's way.
    bool const throttled = f.status == 429;
    bool const back = c.hands_back && !draining && verdict != retry_verdict::give_up && now < c.deadline &&
                      (throttled || (c.at == call::place::queue && f.how == policy::failure::kind::unsent));
    policy::retry_view view;
    view.verdict = verdict;
    view.refreshable = !c.source->fixed;
    view.budget = c.lane->budget.available() && e.budget.available();
    view.left = c.deadline - now;
    view.not_before = std::max(duration::zero(), e.health.not_before() - now);
    view.random = random_();
    policy::decision d;
    if (back) {
        d.what = policy::decision::action::repeat;
        d.delay = std::max(duration::zero(), (throttled ? c.held_until : e.health.not_before()) - now);
        d.reason = throttled ? "throttled" : "not_connected";
    } else {
        d = policy::decide(*c.retry_rules, c.tries, f, view);
        policy::account(c.tries, f, d);
    }
    bool const goes_on = d.what != policy::decision::action::finish && !draining;
    if (goes_on) counted_.retry(d.reason);
    fx.notify([&] {
        return [id = c.id, options = c.options, attempt = c.result.attempts, code = f.code, goes_on, d, draining,
                status = f.status, request_id = f.status == 0 ? std::string() : c.result.request_id](observer& o) {
            retry_event event;
            event.call.call_id = id;
            if (options) event.call.tag = options->tag;
            event.attempt = attempt;
            event.code = code;
            event.repeated = goes_on;
            event.delay = d.delay;
            event.reason = draining ? "shut_down" : d.reason;
            event.http_status = status;
            event.request_id = request_id;
            o.on_retry(event);
        };
    });
    c.trying = false;
    if (back) {
        return hand_back_locked(c, throttled ? call::handed::throttled : call::handed::unreachable, now, fx);
    }
    // A dial failed for a call in the queue: it keeps its place, unless it has
    // the gate's pass, which is for the next then.
    bool const queued = c.at == call::place::queue;
    bool const probed = c.probing;
    if (queued && probed) {
        leave_queue_locked(c);
        c.at = call::place::nowhere;
    }
    if (f.status == 401 && !f.clock_mended) {
        c.rejected = f.code;
        if (d.what == policy::decision::action::refresh) {
            fx.invalidate(c.source, c.held);
            book_.invalidate(*c.source, c.task.project_id, *c.held);
        }
        tell_closed_locked(c, now, fx);
    } else {
        release_pass_locked(c, now, fx);
    }
    if (!goes_on) {
        bool const ended_by_us = draining && d.what != policy::decision::action::finish;
        if (f.how == policy::failure::kind::unsent && !e.dial_failure.text.empty() && f.code == e.dial_failure.code) {
            tell_details(c.result, [&](error_details& kept) { kept.connection = e.dial_failure.text; });
        }
        return finish_locked(c, ended_by_us ? error_code(errc::shut_down) : f.told ? f.told : f.code, now, fx);
    }
    if (d.takes_budget) {
        c.lane->budget.take();
        e.budget.take();
    }
    if (queued) {
        enter_locked(c, phase::queued, now, fx, f.code);
        return probed ? seek_credential_locked(c, now, fx) : void();
    }
    c.wants_fresh = f.stale || f.silent;
    if (d.delay == duration::zero()) return seek_credential_locked(c, now, fx);
    c.at = call::place::backoff;
    enter_locked(c, phase::backoff, now, fx, f.code);
    times_.set(c, now + d.delay);
}

}  // namespace oms::detail
