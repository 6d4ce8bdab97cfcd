// SPDX-License-Identifier: BSL-1.0
#include "client/deferred_actions.hpp"

#include "auth/ending.hpp"
#include "client/client_core.hpp"
#include "policy/durations.hpp"

#include <boost/asio/post.hpp>

#include <new>
#include <utility>

namespace oms::detail {

namespace {

// Tells the provider that nobody waits. Where the context goes before its turn, nobody ever will.
struct emission {
    auth::question_ptr of;
    static inline thread_local constinit auth::question const* being_sent = nullptr;

    explicit emission(auth::question_ptr q) noexcept : of(std::move(q)) {}
    emission(emission&&) noexcept = default;
    emission& operator=(emission&&) = delete;
    ~emission() {
        if (of && of.get() != being_sent) of->let_go();
    }
    void operator()() { std::exchange(of, nullptr)->asked.signal.emit(boost::asio::cancellation_type::terminal); }
};

// On the strand that the provider was given, and that is of no more use then.
// `ready` is asked under the question's lock. False: there was no memory for it.
template <class Ready>
bool emit_if(auth::question_ptr const& q, Ready ready) noexcept {
    boost::asio::any_io_executor strand;
    {
        std::lock_guard const lock(q->asked.mutex);
        if (ready(q->asked)) strand = std::exchange(q->asked.executor, {});
    }
    if (!strand) return true;
    auto const* const before = std::exchange(emission::being_sent, q.get());
    bool sent = true;
    try {
        boost::asio::post(strand, emission(q));
    } catch (...) {
        sent = false;
        std::lock_guard const lock(q->asked.mutex);
        q->asked.executor = std::move(strand);
    }
    emission::being_sent = before;
    return sent;
}

bool give_up_one(auth::question_ptr const& q) noexcept {
    return emit_if(q, [](auto& asked) {
        asked.unwanted = true;
        return !asked.asking;
    });
}

}  // namespace

deferred_actions::deferred_actions(client_core& core, completion when) noexcept
    : core_(core), when_(when), observed_(core.watcher() != nullptr) {
    if (when == completion::later) pass_ = core.enter();
}

deferred_actions::deferred_actions(client_core& core, transport::context_gate::pass in) noexcept
    : core_(core), when_(completion::later), observed_(core.watcher() != nullptr), pass_(std::move(in)) {}

void deferred_actions::holdings::swap(holdings& h) noexcept {
    starts.swap(h.starts);
    done.swap(h.done);
    if (rest || h.rest) more().swap(h.more());
}

void deferred_actions::more_holdings::swap(more_holdings& h) noexcept {
    std::swap(work, h.work);
    closes.swap(h.closes);
    abandoned.swap(h.abandoned);
    bulks.swap(h.bulks);
    waits.swap(h.waits);
    handler.swap(h.handler);
    executor.swap(h.executor);
    receiver.swap(h.receiver);
}

template <class Function>
void deferred_actions::call_out(Function&& f) {
    if (!pass_) return f();  // the context's own thread
    std::unique_ptr<holdings> made(new (std::nothrow) holdings);
    if (!made) return f();  // then the context's end has to wait
    struct visit {
        deferred_actions& of;
        holdings& left;
        ~visit() { of.come_back(left); }
    } const now{*this, *made};
    made->swap(held_);
    core_.gate()->keep(std::move(made));
    pass_.leave();
    f();
}

void deferred_actions::come_back(holdings& left) noexcept {
    pass_ = core_.enter();
    if (!pass_) return;
    auto const mine = core_.gate()->take_back(left);
    held_.swap(left);
}

void deferred_actions::ask(auth::question_ptr const& q, auth::source_ptr const& from) {
    credential_request request;
    request.project_id = q->project_id;
    request.region = q->region;
    request.executor = core_.lend_strand();
    detail::lent_network::put(request, core_.http());
    if (q->early) request.deadline = q->begun + durations::early_patience;
    auto const end = std::make_shared<auth::ending>();
    // Weak, as a provider that keeps its handler would else keep itself.
    credential_handler answer(
        [end, weak = core_.weak_from_this(), q](error_code code, credential value, std::string reason) {
            if (code == errc::credentials_dropped && end->leave_it()) return;
            if (auto const to = weak.lock()) to->on_credential(q, code, std::move(value), std::move(reason));
        });
    {
        std::lock_guard const lock(q->asked.mutex);
        if (q->asked.unwanted) return;
        q->asked.asking = true;
        q->asked.executor = request.executor;
        request.cancellation = q->asked.signal.slot();
    }
    // What throws has not taken the question on, whatever it did with the handler.
    error_code failed;
    call_out([&] {
        try {
            from->provider->async_get(std::move(request), std::move(answer));
        } catch (std::bad_alloc const&) {
            failed = errc::out_of_memory;
        } catch (...) {
            failed = errc::credentials_unavailable;
        }
    });
    bool const dropped = end->was_left();
    if (dropped && !failed) failed = errc::credentials_dropped;
    if (failed) call_out([&] { core_.on_credential(q, failed, {}, {}); });
}

// False: the provider is still to be told that nobody waits.
bool deferred_actions::ask_one(auth::question_ptr const& q) noexcept {
    auto const from = q->from.lock();
    if (!from) return true;
    try {
        ask(q, from);
    } catch (std::bad_alloc const&) {  // it was not asked
        call_out([&] { core_.on_credential(q, errc::out_of_memory, {}, {}); });
    }
    return emit_if(q, [](auto& asked) {
        asked.asking = false;
        return asked.unwanted;
    });
}

// What of the call is the context's is not in the call while its end is told.
void deferred_actions::tell_end(call& c) {
    if (core_.watcher() == nullptr || c.returned_for != call::return_reason::none || std::exchange(c.told, true))
        return;
    auto const swap = [&] {
        more_holdings& kept = held_.more();
        kept.handler.swap(c.handler);
        kept.executor.swap(c.executor);
        kept.receiver.swap(c.receiver);
    };
    if (c.direct) return call_out([&] { core_.tell_end(c); });
    swap();
    call_out([&] { core_.tell_end(c); });
    swap();
}

void deferred_actions::tell_events() {
    if (!rare_ || rare_->events.empty()) return;
    call_out([this, events = std::exchange(rare_->events, {})]() mutable {
        for (event_note& each : events)
            each.tell(*core_.watcher());
    });
}

void deferred_actions::run() {
    tell_events();
    while (!held_.starts.empty()) {
        auto x = next_start();
        if (!x || x->start()) continue;
        core_.on_not_started(*x, *this);
        x.reset();  // its socket is the context's, and what is told now takes its time
        tell_events();
    }
    if (held_.rest) run_closes();
    if (answered_) release_answered();
    if (rare_) run_rare();
    if (!unwanted_.empty() || !asks_.empty()) run_questions();
    while (auto c = elsewhere_.pop()) {
        tell_end(*c);
        core_.deliver(std::move(c), false);
    }
    // Only the very last may run inside: what it throws must not cost the others their turn.
    while (auto c = held_.done.pop()) {
        tell_end(*c);
        if (!in()) return;
        bool const last =
            held_.done.empty() && (!held_.rest || (held_.rest->bulks.empty() && held_.rest->waits.empty()));
        core_.deliver(std::move(c), when_ == completion::inside && last);
    }
    if (held_.rest) run_wakes();
}

// The user is asked while it is still held: the context may go meanwhile.
std::shared_ptr<transport::exchange> deferred_actions::next_start() {
    if (!rare_ || rare_->asked == rare_->attempts.size()) return held_.starts.pop();
    std::string const headers = ask_headers();
    auto x = held_.starts.pop();
    if (x && !headers.empty()) x->add_headers(headers);
    return x;
}

std::string deferred_actions::ask_headers() {
    header_lines lines;
    attempt_note& of = rare_->attempts[rare_->asked++];
    call_out([&] { lines = core_.ask_headers(of); });
    return std::move(lines.text);
}

void deferred_actions::run_closes() {
    while (auto const d = held_.rest->abandoned.pop()) {
        if (d->handle) d->handle->abandon();
    }
    while (auto const p = held_.rest->closes.pop())
        p->link->close();
}

void deferred_actions::run_wakes() {
    while (auto const b = held_.rest->bulks.pop())
        core_.tell_time(*b);
    while (auto w = held_.rest->waits.pop())
        core_.deliver(std::move(w), false);
}

// On its executor: whoever answered may still be at it.
void deferred_actions::release_answered() {
    if (!in() || !answered_->asked.executor) return;
    try {
        boost::asio::post(core_.executor(), [q = answered_] {});
    } catch (...) {
        core_.keep_a_while(std::move(answered_));
    }
}

void deferred_actions::run_rare() {
    for (auto const& each : rare_->dials) {
        if (!in()) break;  // the dialer went with the context
        try {
            core_.on_dial_started(each.id, core_.dialer().start(each.id, each.target, core_.shared_from_this()));
        } catch (std::bad_alloc const&) {
            core_.on_dial_not_started(each.id);
        }
    }
    for (auto const& each : rare_->rejected)
        call_out([&] { each.from->provider->invalidate(each.held->value); });
    for (failed_call const& each : rare_->failed)
        call_out([&] { core_.ask_rule(each); });
}

void deferred_actions::run_questions() {
    while (auto q = unwanted_.pop()) {
        if (!give_up_one(q)) core_.tell_later(std::move(q));
    }
    while (auto q = asks_.pop()) {
        if (in() && !ask_one(q)) core_.tell_later(std::move(q));
    }
}

}  // namespace oms::detail
