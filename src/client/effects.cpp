// SPDX-License-Identifier: BSL-1.0
#include "client/effects.hpp"

#include "client/client_core.hpp"

#include <boost/asio/post.hpp>

#include <atomic>
#include <new>
#include <utility>

namespace oms::detail {

namespace {

// Tells the provider that nobody waits. Where the context goes before its turn, nobody ever will.
struct emission {
    auth::question_ptr of;

    explicit emission(auth::question_ptr q) noexcept : of(std::move(q)) {}
    emission(emission&&) noexcept = default;
    emission& operator=(emission&&) = delete;
    ~emission() {
        if (of) of->let_go();
    }
    void operator()() { std::exchange(of, nullptr)->asked.signal.emit(boost::asio::cancellation_type::terminal); }
};

// On the strand that the provider was given, and that is of no more use then.
// `ready` is asked under the question's lock.
template <class Ready>
void emit_if(auth::question_ptr const& q, Ready ready) {
    boost::asio::any_io_executor strand;
    {
        std::lock_guard const lock(q->asked.mutex);
        if (ready(q->asked)) strand = std::exchange(q->asked.executor, {});
    }
    if (strand) boost::asio::post(strand, emission(q));
}

// How a question ends while `async_get` runs: only afterwards is it known
// whether a dropped handler was dropped, or lost to an exception. It may be
// dropped by another thread at that very moment: the later one tells.
struct ending {
    enum class state { asking, dropped, returned };
    std::atomic<state> now{state::asking};

    /// The handler is dropped. True: `async_get` still runs, and what follows it will see.
    bool leave_it() noexcept {
        state expected = state::asking;
        return now.compare_exchange_strong(expected, state::dropped);
    }
    /// `async_get` has returned. True: the handler was dropped before.
    bool was_left() noexcept { return now.exchange(state::returned) == state::dropped; }
};

void give_up(auth::question_ptr const& q) {
    emit_if(q, [](auto& asked) {
        asked.unwanted = true;
        return !asked.asking;
    });
}

}  // namespace

effects::effects(client_core& core, completion when) noexcept : core_(core), when_(when) {
    if (when == completion::later) pass_ = core.enter();
}

effects::effects(client_core& core, transport::context_gate::pass in) noexcept
    : core_(core), when_(completion::later), pass_(std::move(in)) {}

void effects::holdings::swap(holdings& h) noexcept {
    std::swap(work, h.work);
    starts.swap(h.starts);
    done.swap(h.done);
    other.swap(h.other);
    handler.swap(h.handler);
    executor.swap(h.executor);
    receiver.swap(h.receiver);
}

template <class Function>
void effects::call_out(Function&& f) {
    if (!pass_) return f();  // the context's own thread
    std::unique_ptr<holdings> made(new (std::nothrow) holdings);
    if (!made) return f();  // then the context's end has to wait
    struct visit {
        effects& of;
        holdings& left;
        ~visit() { of.come_back(left); }
    } const now{*this, *made};
    made->swap(held_);
    core_.gate()->keep(std::move(made));
    pass_.leave();
    f();
}

void effects::come_back(holdings& left) noexcept {
    pass_ = core_.enter();
    if (!pass_) return;
    auto const mine = core_.gate()->take_back(left);
    held_.swap(left);
}

void effects::ask(auth::question_ptr const& q) {
    auto const from = q->from.lock();
    if (!from) return;
    credential_request request;
    request.project_id = q->project_id;
    request.region = q->region;
    request.executor = core_.lend_strand();
    request.network = core_.http();
    if (q->early) request.deadline = q->begun + auth::credential_book::early_patience;
    {
        std::lock_guard const lock(q->asked.mutex);
        if (q->asked.unwanted) return;
        q->asked.asking = true;
        q->asked.executor = request.executor;
        request.cancellation = q->asked.signal.slot();
    }
    auto const end = std::make_shared<ending>();
    // Weak, as a provider that keeps its handler would else keep itself.
    credential_handler answer(
        [end, weak = core_.weak_from_this(), q](error_code code, credential value, std::string reason) {
            if (code == errc::credentials_dropped && end->leave_it()) return;
            if (auto const to = weak.lock()) to->on_credential(q, code, std::move(value), std::move(reason));
        });
    error_code lost = errc::credentials_dropped;
    call_out([&] {
        try {
            from->provider->async_get(std::move(request), std::move(answer));
        } catch (...) {
            lost = errc::credentials_unavailable;
        }
    });
    if (end->was_left()) call_out([&] { core_.on_credential(q, lost, {}, {}); });
    emit_if(q, [](auto& asked) {
        asked.asking = false;
        return asked.unwanted;
    });
}

// What of the call is the context's is not in the call while its end is told.
void effects::tell_end(call& c) {
    if (core_.watcher() == nullptr || c.handed_back != call::handed::no) return;
    auto const swap = [&] {
        held_.handler.swap(c.handler);
        held_.executor.swap(c.executor);
        held_.receiver.swap(c.receiver);
    };
    if (c.direct) return call_out([&] { core_.tell_end(c); });
    swap();
    call_out([&] { core_.tell_end(c); });
    swap();
}

void effects::tell_events() {
    if (!held_.other || held_.other->events.empty()) return;
    call_out([this, events = std::exchange(held_.other->events, {})] {
        for (auto const& event : events)
            event(*core_.watcher());
    });
}

void effects::run() {
    tell_events();
    for (std::size_t i = 0; i < held_.starts.size(); ++i) {
        if (held_.starts[i]->start()) continue;
        core_.on_not_started(*held_.starts[i], *this);
        tell_events();
    }
    if (held_.other) run_rare();
    for (auto& each : elsewhere_) {
        tell_end(*each);
        core_.deliver(std::move(each), false);
    }
    // Only the very last may run inside: what it throws must not cost the others their turn.
    auto const nothing_follows = [this] { return !held_.other || held_.other->last.empty(); };
    for (std::size_t i = 0; i < held_.done.size(); ++i) {
        auto c = std::move(held_.done[i]);
        tell_end(*c);
        if (!in()) return;
        core_.deliver(std::move(c), when_ == completion::inside && i + 1 == held_.done.size() && nothing_follows());
    }
    if (nothing_follows()) return;
    for (auto const& each : held_.other->last)
        each();
}

void effects::run_rare() {
    for (auto const& each : held_.other->dials) {
        core_.on_dial_started(each.id, core_.dialer().start(each.id, each.target, core_.shared_from_this()));
    }
    for (auto const& each : held_.other->abandoned)
        each->abandon();
    for (auto const& each : held_.other->closes)
        each->close();
    if (held_.other->answered && held_.other->answered->asked.executor) {
        boost::asio::post(core_.executor(), [q = std::move(held_.other->answered)] {});
    }
    // Nothing of these is the context's.
    auto const rejected = std::move(held_.other->rejected);
    auto const unwanted = std::move(held_.other->unwanted);
    auto const asks = std::move(held_.other->asks);
    auto const verdicts = std::move(held_.other->verdicts);
    for (auto const& each : rejected)
        call_out([&] { each.from->provider->invalidate(each.held->value); });
    for (auto const& each : unwanted)
        oms::detail::give_up(each);
    for (auto const& each : asks) {
        if (in()) ask(each);
    }
    for (auto const& each : verdicts)
        call_out([&] { each(); });
}

}  // namespace oms::detail
