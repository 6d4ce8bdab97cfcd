// SPDX-License-Identifier: BSL-1.0
// Exchanges: what a reply or a failure means for its call and its connection.
#include "call/reply_meaning.hpp"
#include "client/client_core.hpp"
#include "client/hide_credential.hpp"
#include "client/texts.hpp"
#include "policy/durations.hpp"
#include "policy/timeout_code.hpp"
#include "wire/http_date.hpp"
#include "wire/task_body.hpp"

#include <algorithm>
#include <utility>

namespace oms::detail {

using oms::endpoint::close_reason;

namespace {

constexpr std::size_t uuid_size = 36;  // a longer request id may be anything

void hide_secrets(call& c) noexcept {
    if (c.credential) hide_credential(c.credential->value, c.result);
    if (c.extras && c.extras->keys) hide_keys(*c.extras->keys, c.result);
}

}  // namespace

// Takes the call off its connection.
call* client_core::end_exchange(step const&, pooled& p) noexcept {
    call* const c = std::exchange(p.user, nullptr);
    c->connection = nullptr;
    ++waiting_;
    c->to->turns.ended(*c->lane);
    return c;
}

// Accounts for the phases of an exchange that ended in `last`. Where nobody
// observes, only the whole is known, and goes to the wait for the reply.
void client_core::end_times(step& s, call& c, transport::exchange_times const& t, phase last) {
    if (last == phase::write) return;
    if (t.sent == time_point{}) {
        c.result.phase = phase::first_byte;
    } else {
        enter_phase_at(s, c, phase::first_byte, t.sent);
    }
    if (last == phase::first_byte) return;
    enter_phase_at(s, c, phase::body, t.first_byte == time_point{} ? s.now : t.first_byte);
}

// An exchange ends before it is over, for the reason that the event tells. Where nothing at all came in time, its
// connection may have been dead for a while.
void client_core::abandon_exchange(step& s, call& c, oms::call::event const& why) {
    endpoint& e = *c.to;
    pooled& p = *c.connection;
    auto const link = p.link;  // what the failure points to lives in it
    bool const idled = p.idled_before(c.sent_at);
    end_exchange(s, p);
    auto const f = link->abandon();
    bool const late = why.what == oms::call::event::kind::time;
    bool const silent = late && !f.got_bytes && f.head == nullptr;
    lost_on on = silent && idled ? lost_on::used : lost_on::fresh;
    if (silent && e.silence.suspects(idled, s.now)) {
        suspect(s, e, p, c.sent_at);
        on = lost_on::suspect;
    }
    drop(s, p, close_reason::abandoned, {});
    lost(s, c, f, on, late ? error_code(policy::timeout_in(f.phase)) : error_code());
}

void client_core::on_reply(transport::connection& conn, transport::reply const& r) {
    effects fx(*this, completion::inside);
    step s(*this, fx);
    auto* const p = static_cast<pooled*>(conn.record);
    if (p == nullptr || p->user == nullptr) return;  // given up a moment ago
    endpoint& e = p->of;
    if (!p->used()) e.silence.answered();
    call& c = *end_exchange(s, *p);
    p->replied_at = s.now;
    if (r.keep_alive_timeout) {
        p->keep_alive = std::max(*r.keep_alive_timeout, durations::keep_alive_margin) - durations::keep_alive_margin;
    }
    if (r.keep_alive && !p->ended) {
        keep(s, *p);
    } else if (r.draining && state_ == state::running) {
        e.connections.move(*p, oms::endpoint::connection_state::draining);
        p->idle_until = s.now + durations::body_drained_within;
        times_.set(*p, p->idle_until);
    } else {
        drop(s, *p, close_reason::not_kept_alive, {});
    }
    end_times(s, c, r.times, phase::body);
    take_reply(s, c, oms::call::event::kind::reply, r, {});
    pump(s, e);
    s.end();
}

void client_core::on_exchange_failed(transport::connection& conn, transport::exchange_failure const& f) {
    effects fx(*this, completion::inside);
    step s(*this, fx);
    auto* const p = static_cast<pooled*>(conn.record);
    if (p == nullptr || p->user == nullptr) return;
    endpoint& e = p->of;
    lost_on const on = p->used() ? lost_on::used : lost_on::fresh;
    call& c = *end_exchange(s, *p);
    drop(s, *p, close_reason::failed, f.code);
    lost(s, c, f, on, {});
    pump(s, e);
    s.end();
}

// The connection had ended before its exchange began.
void client_core::on_not_started(transport::connection& conn, effects& fx) noexcept {
    step s(*this, fx);
    auto* const p = static_cast<pooled*>(conn.record);
    if (p == nullptr || p->user == nullptr) return;
    endpoint& e = p->of;
    call& c = *end_exchange(s, *p);
    drop(s, *p, close_reason::closed_by_peer, errc::connection_closed);
    drive(s, c, oms::call::event::kind::not_started);
    pump(s, e);
    settle(s);
}

// The exchange brought no whole reply: it was lost, or given up. `timeout`: its time was over.
void client_core::lost(step& s, call& c, transport::exchange_failure const& f, lost_on on,
                       error_code timeout) noexcept {
    bool const reused = on != lost_on::fresh;
    end_times(s, c, f.times, f.phase);
    error_code const why = timeout ? timeout : f.code;
    if (f.head != nullptr) {
        transport::reply const r = *f.head;
        return take_reply(s, c, oms::call::event::kind::header, r, why);
    }
    bool const ended = f.code == errc::connection_closed || f.code == errc::connection_lost;
    oms::call::event e(oms::call::event::kind::lost);
    e.sent = f.handed_over ? oms::call::progress::handed_over : oms::call::progress::unsent;
    e.failure.how = f.handed_over ? policy::failure::kind::lost : policy::failure::kind::unsent;
    e.failure.reads = !c.acts();
    e.failure.code = why;
    e.failure.stale = reused && !f.got_bytes && !timeout && ended;
    e.failure.silent = reused && timeout;
    e.failure.suspect = on == lost_on::suspect;
    lose(s, c, e, timeout ? timeout : f.cause);
}

// An attempt has failed without a reply; `cause`: what the system or the peer said.
void client_core::lose(step& s, call& c, oms::call::event const& e, error_code cause) noexcept {
    if (c.machine.gives_up()) return drive(s, c, e);  // for another reason
    if (c.machine.confirms() && !cause) cause = e.failure.code;
    drive(s, c, e, cause);
}

// The header of a reply is whole. `body_failure` says why its body is not.
void client_core::take_reply(step& s, call& c, oms::call::event::kind what, transport::reply const& r,
                             error_code body_failure) noexcept {
    oms::call::event e(what, body_failure);
    try {
        if (c.machine.confirms()) {
            read_show(s, c, e, r);
        } else {
            read_reply(s, c, e, r);
        }
    } catch (std::bad_alloc const&) {
        e.what = oms::call::event::kind::no_memory;
        e.sent = oms::call::progress::handed_over;
    }
    drive(s, c, e);
}

// Adds to the event what the reply means for the call.
void client_core::read_reply(step& s, call& c, oms::call::event& e, transport::reply const& r) {
    bool const whole = e.what == oms::call::event::kind::reply;
    policy::failure& f = e.failure;
    f.reads = !c.acts();
    c.got_reply = true;
    c.result.http_status = r.status;
    keep_text(c.result.request_id, r.request_id);
    if (policy::is_success(r.status)) {
        e.said = oms::call::meaning::done;
        if (r.request_id.size() > uuid_size) hide_secrets(c);
        apply_feedback(s, c, r.status, {}, r);
        if (c.acts()) return;
        if (whole && r.body_truncated) e.code = errc::body_too_large;
        if (whole && !e.code) c.more().body = r.body;
        return;
    }
    f.how = policy::failure::kind::reply;
    f.status = r.status;
    error_code const code = parse_error(r.status, r.body, c.result);
    hide_secrets(c);
    judge_clock(s, c, r.status, r, f);
    apply_feedback(s, c, r.status, c.result.service_message, r, f.clock_mended);
    if (!r.retry_after.empty()) {
        f.retry_after = wire::parse_retry_after(r.retry_after, r.date, time_->wall());
        if (f.retry_after) tell_details(c.result, [&](error_details& d) { d.retry_after = f.retry_after; });
    }
    auto const says =
        oms::call::meaning_of(c.machine.asked(), r.status, code, c.result.service_code, retry_of(c).not_running_codes);
    e.said = says.what;
    f.code = says.code;
    c.result.cause = says.what == oms::call::meaning::already ? code : says.code;
}

// The same of a look at a task that "does not run": it may still wait for its turn.
void client_core::read_show(step& s, call& c, oms::call::event& e, transport::reply const& r) {
    apply_feedback(s, c, r.status, {}, r);
    e.said = oms::call::meaning::shown_other;
    task_info info;
    info.task.kind = c.task.kind;
    stop_result words;
    error_code why = parse_error(r.status, r.body, words);
    if (!why) why = wire::parse_task(r.body, info);
    if (why) {
        if (!c.machine.gives_up()) c.result.cause = e.code ? e.code : why;
        return;
    }
    c.result.confirmed = true;
    c.result.final_status = info.status;
    hide_secrets(c);
    e.said = oms::call::meaning_of_show(c.machine.asked(), c.task.kind, info.status);
}

}  // namespace oms::detail
