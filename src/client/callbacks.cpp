// SPDX-License-Identifier: BSL-1.0
// What connections, dialers, providers and the timer tell the client.
#include "client/client_core.hpp"
#include "client/texts.hpp"

#include <utility>

namespace oms::detail {

namespace {

endpoint& to_of(transport::exchange& x) noexcept {
    return *static_cast<call*>(x.record)->to;
}

}  // namespace

// Nothing: it was given up a moment ago.
template <class Work>
void client_core::on_connection(transport::connection& c, Work&& work) {
    deferred_actions deferred(*this, completion::inside);
    step s(engine_, deferred);
    auto* const p = static_cast<pooled*>(c.record);
    if (p == nullptr) return;
    work(s, *p);
    s.end();
}

template <class Work>
void client_core::on_exchange(transport::exchange& x, Work&& work) {
    deferred_actions deferred(*this, completion::inside);
    step s(engine_, deferred);
    if (x.record == nullptr) return;
    work(s, to_of(x));
    s.end();
}

void client_core::on_reply(transport::exchange& x, transport::reply const& r) {
    on_exchange(x, [&](step& s, endpoint& e) { e.on_reply(s, x, r); });
}

void client_core::on_exchange_failed(transport::exchange& x, transport::exchange_failure const& f) {
    on_exchange(x, [&](step& s, endpoint& e) { e.on_failed(s, x, f); });
}

void client_core::on_not_started(transport::exchange& x, deferred_actions& deferred) noexcept {
    step s(engine_, deferred);
    if (x.record == nullptr) return;
    to_of(x).on_not_started(s, x);
    s.unlock();
}

void client_core::on_drained(transport::connection& c) {
    on_connection(c, [&](step& s, pooled& p) { p.of.on_drained(s, p); });
}

void client_core::on_idle_closed(transport::connection& c, error_code const& why) {
    on_connection(c, [&](step& s, pooled& p) { p.of.on_idle_closed(s, p, why); });
}

void client_core::on_news(transport::connection& c, transport::connection_news what) {
    on_connection(c, [&](step& s, pooled& p) { p.of.on_news(s, p, what); });
}

void client_core::on_dial_phase(std::uint64_t id, phase begun) {
    deferred_actions deferred(*this, completion::later);
    if (!deferred.in()) return;
    step s(engine_, deferred);
    dialing* const d = engine_.endpoints.find_dial(id);
    if (d == nullptr) return;
    d->of.opening().enter_phase(s, *d, begun);
    s.end();
}

void client_core::on_dial_addresses(std::uint64_t id, std::vector<std::string> const& known,
                                    std::vector<std::string> const& under_way) {
    lock const held(engine_.mutex());
    dialing* const d = engine_.endpoints.find_dial(id);
    if (d == nullptr) return;
    try {
        d->known = known;
        d->under_way = under_way;
    } catch (std::bad_alloc const&) {  // then its time-out tells of the host, and of no address
        d->known.clear();
        d->under_way.clear();
    }
}

void client_core::on_dial_started(std::uint64_t id, std::shared_ptr<transport::dial> handle) {
    {
        lock const held(engine_.mutex());
        if (dialing* const d = engine_.endpoints.find_dial(id)) {
            d->handle = std::move(handle);
            return;
        }
    }
    handle->abandon();  // given up in the meantime
}

void client_core::on_dial_not_started(std::uint64_t id) noexcept {
    transport::dial_result none;
    none.code = errc::out_of_memory;
    end_dial(id, none, completion::later);
}

void client_core::on_dialed(std::uint64_t id, transport::dial_result result) {
    end_dial(id, result, completion::inside);
}

void client_core::end_dial(std::uint64_t id, transport::dial_result& result, completion when) {
    deferred_actions deferred(*this, when);
    step s(engine_, deferred);
    dialing* const d = engine_.endpoints.find_dial(id);
    if (d == nullptr) return;
    d->of.opening().ended(s, *d, result);
    s.end();
}

void client_core::on_credential(auth::question_ptr const& q, error_code code, credential value,
                                std::string words) noexcept {
    if (code && words.empty()) keep_message(words, code);  // perhaps of a category of the provider's
    deferred_actions deferred(*this, completion::later);
    if (!deferred.in()) return;
    deferred.keep_alive(q);
    step s(engine_, deferred);
    if (engine_.credentials.answered(s, q, code, std::move(value), std::move(words))) s.end();
}

void client_core::on_wake() {
    auth::begun_chain no_longer;  // goes without the lock
    deferred_actions deferred(*this, completion::inside);
    step s(engine_, deferred);
    if (engine_.ending.abandoned()) return;
    no_longer.append(engine_.on_time(s));
    s.end();
}

}  // namespace oms::detail
