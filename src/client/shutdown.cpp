// SPDX-License-Identifier: BSL-1.0
// The client's end: by shutdown, by its destructor, and by its context's.
#include "client/client_core.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/prefer.hpp>

#include <algorithm>
#include <utility>

namespace oms::detail {

using oms::endpoint::close_reason;

namespace {

struct cancel_wait_op {
    std::weak_ptr<client_core> core;
    std::uint64_t id;

    void operator()(boost::asio::cancellation_type) const {
        if (auto const c = core.lock()) c->cancel_shutdown(id);
    }
};

}  // namespace

void client_core::end_all(step& s, errc why) noexcept {
    using kind = oms::call::event::kind;
    for (auto const& c : calls_) {
        if (c) drive(s, *c, why == errc::shut_down ? kind::shut_down : kind::cancel);
    }
    if (why != errc::shut_down) return;
    book_.give_up_all();
    for (auto const& [region, e] : endpoints_) {
        while (!e->connections.empty())
            drop(s, e->connections.back(), close_reason::shut_down, {});
        times_.end(*e);
    }
    drop_dials(s);
    times_.end(drain_timer_);
}

void client_core::cancel_all() noexcept {
    stop_bulks(errc::cancelled);  // before their calls end, or they would start others
    effects fx(*this, completion::later);
    if (!fx.in()) return;
    step s(*this, fx);
    end_all(s, errc::cancelled);
    s.end();
}

void client_core::close() noexcept {
    effects fx(*this, completion::later);
    if (!fx.in()) return;
    step s(*this, fx);
    state_ = state::closed;
    end_all(s, errc::shut_down);
    s.unlock();
    stop_bulks(errc::shut_down);
    fx.run();
}

// The context is going: its handlers are destroyed uncalled, and whatever
// belongs to it must go before it. Destructors of handlers run without the lock.
void client_core::on_context_destroyed() noexcept {
    decltype(calls_) calls;
    decltype(endpoints_) endpoints;
    decltype(dials_) dials;
    decltype(shutdowns_) waits;
    call_chain undelivered;
    auth::given_up_chain untold;
    auth::begun_chain kept;
    std::shared_ptr<client_core> kept_alive;
    std::vector<enlisted> bulks;
    bool client_gone = false;
    {
        lock const held(mutex_);
        client_gone = state_ == state::closed;
        state_ = state::abandoned;
        bulks.swap(bulks_);
        for (auto const& [region, e] : endpoints_) {
            e->connections.for_each([](pooled& p) {
                p.link->record = nullptr;
                p.user = nullptr;
            });
            e->wants_fresh.clear();
            e->no_dial.clear();
        }
        for (auto const& c : calls_) {
            if (!c) continue;
            if (c->waits_in == call::wait_list::turns) c->to->turns.remove(*c->lane, *c);
            if (c->waits_in == call::wait_list::credential || c->waits_in == call::wait_list::gate) {
                static_cast<auth::credential_waiter&>(*c).unlink();
            }
        }
        times_ = {};
        calls.swap(calls_);
        busy_ = {};
        free_.clear();
        endpoints.swap(endpoints_);
        dials.swap(dials_);
        waits.append(std::move(shutdowns_));
        waits.append(std::move(unsaid_));
        undelivered.append(std::move(undelivered_));
        untold.append(std::move(untold_));
        kept.append(std::move(kept_));
        kept_alive = std::move(kept_alive_);
        own_region_ = nullptr;
        waiting_ = 0;
    }
    for (auto const& each : bulks) {
        if (auto const bulk = each.bulk.lock()) bulk->abandon(client_gone);
    }
    // From now on nothing else changes these.
    for (auto const& from : book_.sources()) {
        for (auto const& each : from->open)
            each->let_go();
    }
}

void client_core::shut_down(shutdown_handler handler, shutdown_options const& options) {
    effects fx(*this, completion::later);
    if (!fx.in()) return;
    auto wait = std::make_unique<pending_completion<>>(std::move(handler));
    wait->executor = boost::asio::prefer(detail::executor_of(wait->handler, default_executor()),
                                         boost::asio::execution::outstanding_work.tracked);
    wait->slot = boost::asio::get_associated_cancellation_slot(wait->handler);
    step s(*this, fx);
    wait->id = next_id_++;
    if (wait->slot.is_connected()) wait->slot.emplace<cancel_wait_op>(weak_from_this(), wait->id);
    bool const first = state_ == state::running;
    shutdowns_.push(std::move(wait));
    duration const drain_for = std::max(options.drain_for, duration::zero());
    time_point const until = later(s.now, drain_for);
    if (first) {
        state_ = state::draining;
        finish_unsent_ = options.finish_unsent;
        drain_until_ = until;
    } else {
        finish_unsent_ = finish_unsent_ && options.finish_unsent;
        drain_until_ = std::min(drain_until_, until);
    }
    for (auto const& c : calls_) {
        if (!c || c->connection != nullptr || (finish_unsent_ && !c->any_sent())) continue;
        drive(s, *c, oms::call::event::kind::shut_down);
    }
    for (auto const& [region, e] : endpoints_) {
        e->connections.for_each_free([&](pooled& p) { drop(s, p, close_reason::shut_down, {}); });
    }
    if (drain_until_ <= s.now || calls_.size() == free_.size()) {
        end_all(s, errc::shut_down);
    } else {
        times_.set(drain_timer_, drain_until_);
    }
    s.unlock();
    if (first) stop_bulks(errc::shut_down);
    fx.run();
}

void client_core::cancel_shutdown(std::uint64_t id) {
    auto const in = enter();
    if (!in) return;
    std::unique_ptr<any_pending_completion> found;
    {
        lock const held(mutex_);
        found = shutdowns_.extract([id](auto const& w) { return w.id == id; });
    }
    if (!found) return;
    static_cast<pending_completion<>&>(*found).code = errc::cancelled;
    deliver(std::move(found), false);
}

// Completes the shutdowns that wait, once nothing is left.
void client_core::finish_shutdown(step& s) noexcept {
    if (calls_.size() != free_.size()) return;
    book_.give_up_all();
    for (auto const& [region, e] : endpoints_) {
        while (!e->connections.empty())
            drop(s, e->connections.back(), close_reason::shut_down, {});
    }
    drop_dials(s);
    times_.end(drain_timer_);
    s.fx.complete(std::move(shutdowns_));
}

bool client_core::accepts() const noexcept {
    lock const held(mutex_);
    return state_ == state::running;
}

}  // namespace oms::detail
