// SPDX-License-Identifier: BSL-1.0
// The client's end: by shutdown, by its destructor, and by its context's.
#include "client/client_core.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/prefer.hpp>

#include <optional>
#include <utility>

namespace oms::detail {

namespace {

struct cancel_wait_op {
    std::weak_ptr<client_core> core;
    std::uint64_t id;

    void operator()(boost::asio::cancellation_type) const {
        if (auto const c = core.lock()) c->cancel_wait(id);
    }
};

}  // namespace

// Without the lock, as the handler may be destroyed in it.
template <class Wait>
std::unique_ptr<Wait> client_core::make_wait(typename Wait::handler_type handler) const {
    auto wait = std::make_unique<Wait>(std::move(handler));
    wait->executor = boost::asio::prefer(detail::executor_of(wait->handler, default_executor()),
                                         boost::asio::execution::outstanding_work.tracked);
    wait->slot = boost::asio::get_associated_cancellation_slot(wait->handler);
    return wait;
}

// With it.
template <class Wait>
void client_core::admit(Wait& wait) {
    wait.id = engine_.next_id();
    boost::asio::cancellation_slot& slot = wait.slot;
    if (slot.is_connected()) slot.emplace<cancel_wait_op>(weak_from_this(), wait.id);
}

void client_core::wait_idle(wait_handler handler) {
    deferred_actions deferred(*this, completion::later);
    if (!deferred.in()) return;
    auto wait = make_wait<pending_completion<>>(std::move(handler));
    step s(engine_, deferred);
    admit(*wait);
    engine_.wait_idle(std::move(wait));
    s.end();
}

// Where it throws, nothing began.
void client_core::warm_up(warm_ups::wait_type::handler_type handler, warm_up_options const& options) {
    deferred_actions deferred(*this, completion::later);
    if (!deferred.in()) return;
    auto wait = make_wait<warm_ups::wait_type>(std::move(handler));
    auto const slot = wait->slot;
    step s(engine_, deferred);
    try {
        admit(*wait);
        engine_.warm_up(s, std::move(wait), options);
    } catch (...) {
        if (slot.is_connected()) wait->slot.clear();
        throw;
    }
    s.end();
}

void client_core::shut_down(wait_handler handler, shutdown_options const& options) {
    deferred_actions deferred(*this, completion::later);
    if (!deferred.in()) return;
    auto wait = make_wait<pending_completion<>>(std::move(handler));
    step s(engine_, deferred);
    admit(*wait);
    bool const first = engine_.ending.drain(std::move(wait), options, s.now);
    engine_.drain(s);
    s.unlock();
    if (first) stop_bulks(errc::shut_down);
    deferred.run();
}

// A whole step: others may have waited for this one to end.
void client_core::cancel_wait(std::uint64_t id) {
    deferred_actions deferred(*this, completion::later);
    if (!deferred.in()) return;
    step s(engine_, deferred);
    auto found = engine_.take_wait(id);
    if (!found) return;
    found->end_with(errc::cancelled);
    completion_chain ended;
    ended.push(std::move(found));
    deferred.complete(std::move(ended));
    s.end();
}

void client_core::close() noexcept {
    deferred_actions deferred(*this, completion::later);
    if (!deferred.in()) return;
    step s(engine_, deferred);
    engine_.ending.close();
    engine_.end_all(s);
    s.unlock();
    stop_bulks(errc::shut_down);
    deferred.run();
}

// The context is going: its handlers are destroyed uncalled, and whatever
// belongs to it must go before it. Destructors of handlers run without the lock.
void client_core::on_context_destroyed() noexcept {
    std::optional<engine::remains> left;
    bool client_gone = false;
    {
        lock const held(engine_.mutex());
        client_gone = engine_.ending.closed();
        left.emplace(engine_.abandon());
    }
    for (auto const& each : left->bulks) {
        if (auto const bulk = each.bulk.lock()) bulk->abandon(client_gone);
    }
    // From now on nothing else changes these.
    engine_.credentials.let_go();
}

bool client_core::accepts() const noexcept {
    lock const held(engine_.mutex());
    return engine_.ending.running();
}

}  // namespace oms::detail
