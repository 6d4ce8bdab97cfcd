// SPDX-License-Identifier: BSL-1.0
// Calls: begin, phases, cancellation, time limits, end.
#include "client/client_core.hpp"
#include "client/texts.hpp"
#include "policy/timeout_code.hpp"
#include "wire/validate.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <algorithm>
#include <optional>
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

duration& spent_in(time_spent& spent, phase p) noexcept {
    switch (p) {
        case phase::queued:
            return spent.queued;
        case phase::credentials:
            return spent.credentials;
        case phase::resolve:
        case phase::connect:
        case phase::proxy:
        case phase::handshake:
            return spent.connect;
        case phase::backoff:
            return spent.backoff;
        case phase::write:
        case phase::first_byte:
        case phase::body:
        case phase::done:
            break;
    }
    return spent.exchange;
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

error_code client_core::check(call& c, std::string& field) const {
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
    return c.own->wrong;
}

call_rules_ptr client_core::rules_of(call_options own) const {
    return std::make_shared<call_rules const>(settings_.config, std::move(own));
}

timeout_options const& client_core::limits_of(call const& c) const noexcept {
    return c.own ? c.own->limits : settings_.config.timeouts;
}

retry_options const& client_core::retry_of(call const& c) const noexcept {
    return c.own ? c.own->retry : settings_.config.retry;
}

void client_core::start(std::unique_ptr<call>&& c) {
    start(std::move(c), enter());
}

void client_core::start(std::unique_ptr<call>&& owned, transport::context_gate::pass&& in) {
    call& c = *owned;
    bool const again = c.begun_before;
    std::string field;
    error_code refused = check(c, field);

    effects fx(*this, std::move(in));
    if (!fx.in()) return;
    step s(*this, fx);
    c.returned_for = call::return_reason::none;
    c.got_reply = false;
    if (!again) {
        c.id = next_id_++;
        c.begun = c.phase_begun = s.now;
    }
    // What waited with nothing sent has all its time before it.
    if (!c.any_sent()) c.deadline = later(s.now, limits_of(c).total);
    call_options const* const own = c.own ? &c.own->options : nullptr;
    if (own != nullptr && own->deadline) c.deadline = std::min(c.deadline, *own->deadline);
    if (!refused) {
        if (state_ != state::running) {
            refused = errc::shut_down;
        } else if (!again && own != nullptr && own->deadline && *own->deadline <= s.now) {
            field = "deadline";
            refused = errc::deadline_passed;
        } else if (c.deadline <= s.now) {
            refused = errc::queue_timeout;
        } else if (waiting_ >= settings_.config.pool.max_pending) {
            refused = errc::overloaded;
        } else if (endpoint* const to = endpoint_of(s, c)) {
            c.to = to;
            warn_of_region(s, *to, c.task.kind);
            c.source = own != nullptr && own->credentials ? book_.source_of(own->credentials, c.own->label) : source_;
        } else {
            field = "region";
            refused = errc::unknown_region;
        }
    }
    bool const had_work = static_cast<bool>(busy_);
    if (!had_work) busy_ = boost::asio::prefer(executor(), boost::asio::execution::outstanding_work.tracked);
    try {
        reserve_slot(s);
        c.index = free_.back();
        if (c.slot.is_connected()) c.slot.emplace<cancel_op>(weak_from_this(), c.index, c.id);
        if (!refused) c.lane = &project_of(s, *c.to, c.task.project_id);
    } catch (...) {
        if (c.slot.is_connected()) c.slot.clear();
        if (!had_work) busy_ = {};
        c.to = nullptr;
        throw;
    }

    // From here on nothing fails: whatever becomes of it, the call completes.
    free_.pop_back();
    times_.admit(c);
    calls_[c.index] = std::move(owned);
    ++waiting_;
    if (!again) {
        ++counted_.calls;
        fx.notify([&] {
            call_begin_event e;
            e.call = context_of(c);
            e.operation = c.machine.asked().name;
            return event_note(e, c.own, c.task);
        });
    }
    if (c.lane != nullptr) {
        ++c.lane->pending;
        bool const full = c.lane->pending - c.lane->in_flight() > settings_.config.pool.max_pending_per_project;
        if (full) refused = errc::overloaded;
    }
    if (refused) {
        c.result.service_message = std::move(field);
        drive(s, c, {oms::call::event::kind::give_up, refused});
    } else {
        drive(s, c, oms::call::event::kind::begin);
        pump(s, *c.to);
    }
    s.end();
}

// For one more call, and for its end.
void client_core::reserve_slot(step const&) {
    times_.reserve();
    if (!free_.empty()) return;
    if (free_.capacity() <= calls_.size()) free_.reserve(std::max<std::size_t>(16, 2 * calls_.size()));
    calls_.emplace_back();
    free_.push_back(static_cast<std::uint32_t>(calls_.size() - 1));
}

call* client_core::find_call([[maybe_unused]] step const& s, std::uint32_t index, std::uint64_t id) const noexcept {
    BOOST_ASSERT(s.holds());
    if (index >= calls_.size() || !calls_[index] || calls_[index]->id != id) return nullptr;
    return calls_[index].get();
}

// Accounts for the phase that ends, and begins the next.
void client_core::enter_phase_at(step& s, call& c, phase next, time_point at, error_code const& ended) noexcept {
    duration const elapsed = at - c.phase_begun;
    counted_.phases[static_cast<std::size_t>(c.result.phase)].add(elapsed);
    if (elapsed != duration::zero()) spent_in(c.result.spent, c.result.phase) += elapsed;
    if (watcher() != nullptr) tell_phase(s, c, elapsed, ended);
    c.result.phase = next;
    c.phase_begun = at;
}

void client_core::tell_phase(step& s, call const& c, duration elapsed, error_code const& ended) noexcept {
    s.fx.notify([&] {
        phase_event e;
        e.call = context_of(c);
        e.attempt = std::max(c.result.attempts, 1U);
        e.phase = c.result.phase;
        e.elapsed = elapsed;
        e.code = ended;
        if (e.phase == phase::first_byte || e.phase == phase::body) e.http_status = c.result.http_status;
        return event_note(e, c.own);
    });
}

void client_core::enter_phase(step& s, call& c, phase next, error_code const& ended) noexcept {
    enter_phase_at(s, c, next, s.now, ended);
}

// A time limit of the call has come.
void client_core::expire(step& s, call& c) noexcept {
    using oms::call::state;
    endpoint& e = *c.to;
    if (c.waits_for_turn()) {
        bool const dials = c.dial != nullptr;
        c.result.phase = dials ? c.dial->now_in : phase::queued;
        if (dials || c.machine.confirms()) {
            c.result.cause = policy::dial_timeout_in(c.result.phase, dials && e.sites[c.dial->site].proxied);
        } else if (!c.result.cause && e.health.failures() > 0) {
            c.result.cause = e.health.last_failure().code;
        }
    } else if (c.machine.now() == state::credential && c.machine.confirms()) {
        c.result.cause = errc::credentials_timeout;
    }
    drive(s, c, oms::call::event::kind::time);
    pump(s, e);
}

void client_core::cancel(std::uint32_t index, std::uint64_t id, boost::asio::cancellation_type type) noexcept {
    using boost::asio::cancellation_type;
    bool const strong = (type & (cancellation_type::terminal | cancellation_type::partial)) != cancellation_type::none;
    effects fx(*this, completion::later);
    if (!fx.in()) return;
    step s(*this, fx);
    call* const c = find_call(s, index, id);
    if (c == nullptr) return;
    endpoint& e = *c->to;
    oms::call::event asked(oms::call::event::kind::cancel);
    asked.total = !strong;
    drive(s, *c, asked);
    pump(s, e);
    s.end();
}

void client_core::cancel_all_of(call_receiver const* receiver) noexcept {
    effects fx(*this, completion::later);
    if (!fx.in()) return;
    step s(*this, fx);
    for (auto const& c : calls_) {
        if (c && c->receiver.get() == receiver) drive(s, *c, oms::call::event::kind::cancel);
    }
    for (auto const& [region, e] : endpoints_)
        pump(s, *e);
    s.end();
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
    if (!c) return;
    auto const in = enter();
    lock const held(mutex_);
    if (state_ == state::abandoned) return;
    undelivered_.push(std::move(c));
    try_again(held, static_cast<bool>(in));
}

void client_core::deliver(std::unique_ptr<any_pending_completion> c, bool inside) {
    auto& one = *c;
    one.send(c, *this, inside);
    if (!c) return;
    auto const in = enter();
    lock const held(mutex_);
    if (state_ == state::abandoned) return;
    unsaid_.push(std::move(c));
    try_again(held, static_cast<bool>(in));
}

}  // namespace oms::detail
