// SPDX-License-Identifier: BSL-1.0
#include "client/effects.hpp"

#include "client/client_core.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
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

void ask_one(client_core& core, auth::question_ptr const& q) {
    auto const from = q->from.lock();
    if (!from) return;
    credential_request request;
    request.project_id = q->project_id;
    request.region = q->region;
    request.executor = boost::asio::make_strand(core.executor());
    request.network = core.http();
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
        [end, weak = core.weak_from_this(), q](error_code code, credential value, std::string reason) {
            if (code == errc::credentials_dropped && end->leave_it()) return;
            if (auto const to = weak.lock()) to->on_credential(q, code, std::move(value), std::move(reason));
        });
    error_code lost = errc::credentials_dropped;
    try {
        from->provider->async_get(std::move(request), std::move(answer));
    } catch (...) {
        lost = errc::credentials_unavailable;
    }
    if (end->was_left()) core.on_credential(q, lost, {}, {});
    emit_if(q, [](auto& asked) {
        asked.asking = false;
        return asked.unwanted;
    });
}

void give_up(auth::question_ptr const& q) {
    emit_if(q, [](auto& asked) {
        asked.unwanted = true;
        return !asked.asking;
    });
}

}  // namespace

void effects::run() {
    if (rare_) {
        for (auto const& event : rare_->events)
            event(*core_.watcher());
    }
    for (auto const& each : starts_) {
        if (!each->start()) core_.on_not_started(*each, completion::later);
    }
    if (rare_) run_rare();
    // Only the very last may run inside: what it throws must not cost the others their turn.
    bool const nothing_follows = !rare_ || rare_->last.empty();
    for (std::size_t i = 0; i < done_.size(); ++i) {
        bool const last = i + 1 == done_.size() && nothing_follows;
        core_.deliver(std::move(done_[i]), when_ == completion::inside && last);
    }
    if (nothing_follows) return;
    for (auto const& each : rare_->last)
        each();
}

void effects::run_rare() {
    rare& r = *rare_;
    for (auto const& each : r.dials) {
        core_.on_dial_started(each.id, core_.dialer().start(each.id, each.target, core_.shared_from_this()));
    }
    for (auto const& each : r.rejected)
        each.from->provider->invalidate(each.held->value);
    for (auto const& each : r.unwanted)
        oms::detail::give_up(each);
    for (auto const& each : r.asks)
        ask_one(core_, each);
    if (r.answered && r.answered->asked.executor) {
        boost::asio::post(core_.executor(), [q = std::move(r.answered)] {});
    }
    for (auto const& each : r.abandoned)
        each->abandon();
    for (auto const& each : r.closes)
        each->close();
    for (auto const& each : r.verdicts)
        each();
}

}  // namespace oms::detail
