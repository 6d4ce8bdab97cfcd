// SPDX-License-Identifier: BSL-1.0
// Calls from outside: begun, cancelled, answered, delivered.
#include "client/client_core.hpp"

#include "policy/durations.hpp"
#include "wire/validate.hpp"

#include <new>
#include <utility>

namespace oms::detail {

namespace {

// What a handler's slot calls: finds its call by number, so that it may come
// at any time, from any thread, and too late.
struct cancel_op {
    std::weak_ptr<client_core> core;
    std::uint32_t index;
    std::uint64_t id;

    void operator()(boost::asio::cancellation_type type) const {
        if (auto const c = core.lock()) c->cancel(index, id, type);
    }
};

retry_verdict verdict_of(retry_options const& rules, failed_try const& t) noexcept {
    try {
        return rules.classify(t);
    } catch (...) {  // it has no say then
        return retry_verdict::standard;
    }
}

// What is wrong with a call, in itself.
error_code check(call& c, std::string& field) {
    // A look-up of a project's id has none yet.
    wire::path_of const names = c.machine.asked().line.names;
    auto const project =
        names == wire::path_of::itself ? wire::id_form::plain : wire::project_id_form(c.task.project_id);
    if (project == wire::id_form::invalid) {
        field = "project_id";
        return errc::invalid_project_id;
    }
    auto const task =
        names == wire::path_of::task ? wire::task_id_form(c.task.kind, c.task.task_id) : wire::id_form::plain;
    if (task == wire::id_form::invalid) {
        field = "task_id";
        return errc::invalid_task_id;
    }
    c.plain_ids = project == wire::id_form::plain && task == wire::id_form::plain;
    if (c.extras && c.extras->wrong_option != nullptr) {
        field = c.extras->wrong_option;
        return errc::invalid_option;
    }
    if (!c.own) return {};
    field = c.own->wrong_field;
    if (!c.own->wrong_how.empty()) field.append(" ").append(c.own->wrong_how);
    return c.own->wrong;
}

}  // namespace

void call::complete(std::unique_ptr<call> done) {
    if (done->slot.is_connected()) done->slot.clear();
    auto last = std::move(done->handler);
    error_code const code = done->code;
    stop_result result = std::move(done->result);
    done.reset();
    std::move(last)(code, std::move(result));
}

std::string client_core::query_of(oms::call::operation const& what, oms::call::query_values values) const {
    std::string query;
    values.now = time_->wall();
    if (what.write_query != nullptr) what.write_query(query, values);
    return query;
}

call_rules_ptr client_core::rules_of(call_options own) const {
    return std::make_shared<call_rules const>(settings_.config, std::move(own));
}

void client_core::start(std::unique_ptr<call>&& owned, transport::context_gate::pass&& in) {
    std::string field;
    error_code const wrong = check(*owned, field);
    deferred_actions deferred(*this, std::move(in));
    if (!deferred.in()) return;
    step s(engine_, deferred);
    engine_.begin(s, std::move(owned), wrong, field);
    s.end();
}

void client_core::watch_slot(call& c) {
    if (c.slot.is_connected()) c.slot.emplace<cancel_op>(weak_from_this(), c.index, c.id);
}

void client_core::cancel(std::uint32_t index, std::uint64_t id, boost::asio::cancellation_type type) noexcept {
    using boost::asio::cancellation_type;
    bool const strong = (type & (cancellation_type::terminal | cancellation_type::partial)) != cancellation_type::none;
    deferred_actions deferred(*this, completion::later);
    if (!deferred.in()) return;
    step s(engine_, deferred);
    call* const c = engine_.calls.find(index, id);
    if (c == nullptr) return;
    endpoint& e = *c->to;
    oms::call::event asked(oms::call::event::kind::cancel);
    asked.total = !strong;
    engine_.driver.feed(s, *c, asked);
    e.pump(s);
    s.end();
}

template <class Wanted>
std::size_t client_core::cancel_calls(Wanted wanted, bool warm_ups_too) noexcept {
    deferred_actions deferred(*this, completion::later);
    if (!deferred.in()) return 0;
    step s(engine_, deferred);
    std::size_t count = engine_.cancel(s, wanted);
    if (warm_ups_too) count += engine_.end_warm_ups(s, errc::cancelled);
    s.end();
    return count;
}

void client_core::cancel_all_of(call_receiver const* receiver) noexcept {
    cancel_calls([&](call const& c) { return c.receiver.get() == receiver; });
}

// Bulks first: once their calls have ended, they would start others.
std::size_t client_core::cancel_all() noexcept {
    stop_bulks(errc::cancelled);
    return cancel_calls([](call const&) { return true; }, true);
}

std::size_t client_core::cancel_tagged(std::string_view tag) noexcept {
    if (tag.empty()) return 0;
    stop_bulks(errc::cancelled, tag);
    return cancel_calls([&](call const& c) { return c.tag() == tag; });
}

std::size_t client_core::cancel_project(std::string_view id) noexcept {
    if (id.empty()) return 0;  // what looks for a project has none yet
    return cancel_calls([&](call const& c) { return c.task.project_id == id; });
}

void client_core::end_returned(call& c, error_code code) noexcept {
    deferred_actions deferred(*this, completion::inside);  // there is nothing but what the observer hears
    {
        step s(engine_, deferred);
        engine_.driver.end_returned(s, c, code);
    }
    deferred.run();
    tell_end(c);
}

// The caller's own rule, in the middle of a step's actions: what completes here may not run, and throw, before the
// others had their turn.
void client_core::ask_rule(failed_call const& about) {
    using oms::call::event;
    event verdict(event::kind::verdict, about.failure);
    verdict.verdict = verdict_of(about.own ? about.own->retry : settings_.config.retry, about.what);
    deferred_actions deferred(*this, completion::later);
    if (!deferred.in()) return;
    step s(engine_, deferred);
    call* const c = engine_.calls.find(about.index, about.id);
    if (c == nullptr) return;
    endpoint& e = *c->to;
    engine_.driver.feed(s, *c, verdict);
    e.pump(s);
    s.end();
}

header_lines client_core::ask_headers(attempt_note& of) noexcept {
    header_lines lines;
    try {
        lines = detail::ask_headers(settings_.config.attempt_headers, of);
    } catch (std::bad_alloc const&) {  // then it is sent without
        lines.left_out = true;
    }
    if (!lines.left_out || watcher() == nullptr || told_of_headers_.exchange(true)) return lines;
    warning_event e;
    e.code = "attempt_header_left_out";
    e.text =
        "A header of client_config::attempt_headers was left out: its name or value cannot be sent, it is one of the "
        "library's own, there are too many, or the function threw.";
    watcher()->on_warning(e);
    return lines;
}

void client_core::tell_end(call const& c) const {
    observer* const o = watcher();
    if (o == nullptr) return;
    call_end_event e;
    e.call = context_of(c);
    e.task = &c.task;
    e.code = c.code;
    e.result = &c.result;
    o->on_call_end(e);
}

// With a pass, or on a thread of the context; a direct one needs neither.
void client_core::deliver(std::unique_ptr<call> c, bool inside) {
    if (c->receiver) {
        auto const receiver = c->receiver;
        return receiver->on_call_done(*this, std::move(c), inside);
    }
    if (c->executor) {
        completion_op<call>::try_send(c, [&](completion_op<call> op) {
            auto const to = *(*op).executor;
            send(to, bound_completion_op(std::move(op)), inside);
        });
    } else if (inside) {
        return call::complete(std::move(c));
    } else {
        completion_op<call>::try_send(c, [&](completion_op<call> op) { boost::asio::post(executor(), std::move(op)); });
    }
    if (c) add_undelivered([&](redelivery& to) { to.add(std::move(c)); });
}

void client_core::deliver(std::unique_ptr<any_pending_completion> c, bool inside) {
    auto& one = *c;
    one.send(c, *this, inside);
    if (c) add_undelivered([&](redelivery& to) { to.add(std::move(c)); });
}

void client_core::tell_later(auth::question_ptr q) noexcept {
    if (!add_undelivered([&](redelivery& to) { to.add_unwanted(std::move(q)); })) q->let_go();
}

void client_core::keep_a_while(auth::question_ptr q) noexcept {
    add_undelivered([&](redelivery& to) { to.add_answered(std::move(q)); });
}

// What an executor did not take is sent again, soon. False: the context is gone.
template <class Add>
bool client_core::add_undelivered(Add&& add) noexcept {
    auto const in = enter();
    lock const held(engine_.mutex());
    if (engine_.ending.abandoned()) return false;
    add(engine_.undelivered);
    engine_.undelivered.wait(now(), shared_from_this());
    if (in) engine_.arm();
    return true;
}

}  // namespace oms::detail
