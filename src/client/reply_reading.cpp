// SPDX-License-Identifier: BSL-1.0
#include "client/reply_reading.hpp"

#include "call/reply_meaning.hpp"
#include "client/engine.hpp"
#include "client/hide_credential.hpp"
#include "client/reply_feedback.hpp"
#include "client/texts.hpp"
#include "wire/http_date.hpp"
#include "wire/task_body.hpp"

#include <new>

namespace oms::detail {

namespace {

constexpr std::size_t uuid_size = 36;  // a longer request id may be anything

void hide_secrets(call& c) noexcept {
    if (c.credential) hide_credential(c.credential->value, c.result);
    if (c.extras && c.extras->keys) hide_keys(*c.extras->keys, c.result);
}

// Adds to the event what the reply means for the call.
void read_reply(engine& of, step& s, call& c, oms::call::event& e, transport::reply const& r) {
    bool const whole = e.what == oms::call::event::kind::reply;
    policy::failure& f = e.failure;
    f.reads = !c.acts();
    c.got_reply = true;
    c.result.http_status = r.status;
    keep_text(c.result.request_id, r.request_id);
    if (policy::is_success(r.status)) {
        e.said = oms::call::meaning::done;
        if (r.request_id.size() > uuid_size) hide_secrets(c);
        apply_feedback(of, s, c, r, {}, false);
        if (c.acts()) return;
        if (whole && r.body_truncated) e.code = errc::body_too_large;
        if (whole && !e.code) c.more().body = r.body;
        return;
    }
    f.how = policy::failure::kind::reply;
    f.status = r.status;
    error_code const code = parse_error_code(r.status, r.body, c.result);
    hide_secrets(c);
    if (r.status == 401) judge_clock(of, c, r, f);
    apply_feedback(of, s, c, r, c.result.service_message, f.clock_mended);
    if (!r.retry_after.empty()) {
        f.retry_after = wire::parse_retry_after(r.retry_after, r.date, of.time().wall());
        if (f.retry_after) tell_details(c.result, [&](error_details& d) { d.retry_after = f.retry_after; });
    }
    auto const says = oms::call::meaning_of(c.machine.asked(), r.status, code, c.result.service_code,
                                            of.retry_of(c).not_running_codes);
    e.said = says.what;
    f.code = says.code;
    c.result.cause = says.what == oms::call::meaning::already ? code : says.code;
}

// The same of a look at a task that "does not run": it may still wait for its turn.
void read_show(engine& of, step& s, call& c, oms::call::event& e, transport::reply const& r) {
    apply_feedback(of, s, c, r, {}, false);
    e.said = oms::call::meaning::shown_other;
    task_info info;
    info.task.kind = c.task.kind;
    stop_result words;
    error_code why = parse_error_code(r.status, r.body, words);
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

}  // namespace

void take_reply(engine& of, step& s, call& c, oms::call::event::kind what, transport::reply const& r,
                error_code body_failure) noexcept {
    oms::call::event e(what, body_failure);
    try {
        if (c.machine.confirms()) {
            read_show(of, s, c, e, r);
        } else {
            read_reply(of, s, c, e, r);
        }
    } catch (std::bad_alloc const&) {
        e.what = oms::call::event::kind::no_memory;
        e.sent = oms::call::progress::handed_over;
    }
    of.driver.feed(s, c, e);
}

}  // namespace oms::detail
