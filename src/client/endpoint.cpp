// SPDX-License-Identifier: BSL-1.0
// Who waits for an endpoint, whose turn it is, and on which connection.
#include "client/endpoint.hpp"

#include "client/engine.hpp"
#include "client/pace.hpp"
#include "client/texts.hpp"
#include "policy/durations.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace oms::detail {

endpoint::endpoint(engine& of, std::vector<site> places, std::size_t least)
    : timed(kind::endpoint),
      sites(std::move(places)),
      spoken(of.config().http),
      health(sites.size(), of.config().retry.base_delay, of.config().retry.max_delay),
      limiter(of.config().throttle.rate, of.config().throttle.adaptive),
      budget(of.config().retry.endpoint_budget, of.config().retry.budget_per_success),
      engine_(of),
      turns_(of.config().throttle.per_project_in_flight),
      dials_(of, *this),
      silence_(of.config().retry.base_delay, of.config().retry.max_delay),
      least_(least) {}

project& endpoint::project_of(std::string const& name) {
    if (last_ != nullptr && *last_->name == name) return *last_;
    auto const [place, is_new] = projects_.try_emplace(name);
    if (is_new) {
        try {
            place->second = std::make_unique<project>(&place->first, engine_.config().throttle, engine_.config().retry);
            turns_.admit(*place->second);
        } catch (...) {
            projects_.erase(place);
            throw;
        }
    }
    last_ = place->second.get();
    return *last_;
}

void endpoint::leave_project(step& s, project& p) noexcept {
    if (--p.pending > 0) return;
    p.idle_since = s.now;
    turns_.wake(p);
    if (!p.rests.is_linked()) resting_.push_back(p);
    forget_projects(s, 2);
}

// A project costs memory only while something is pending or learnt; the two
// looked at for each that comes to rest keep the list short.
void endpoint::forget_projects(step& s, std::size_t at_most) noexcept {
    for (; at_most > 0 && !resting_.empty(); --at_most) {
        project* const p = &resting_.front();
        resting_.pop_front();
        bool const at_rest = p->limiter.at_rest(s.now) && p->budget.at_rest();
        if (p->pending == 0 && !at_rest && s.now - p->idle_since < durations::project_forgotten_after) {
            resting_.push_back(*p);
            continue;
        }
        if (p->pending > 0) continue;
        turns_.forget(*p);
        if (project_throttled_ == p) project_throttled_ = nullptr;
        if (last_ == p) last_ = nullptr;
        projects_.erase(projects_.find(*p->name));
    }
    // Nor does the table remember how many there once were.
    std::size_t const buckets = projects_.bucket_count();
    if (buckets <= 64 || projects_.size() >= buckets / 8) return;
    try {
        projects_.rehash(buckets / 4);
    } catch (std::bad_alloc const&) {  // then it does
    }
}

void endpoint::enqueue(step& s, call& c, call::wait_list where) noexcept {
    if (health.refuses(s.now)) return refuse(s, c);
    c.waits_in = where;
    engine_.driver.enter_phase(s, c, phase::queued);
    if (where == call::wait_list::fresh) {
        wants_fresh_.push_back(c);
    } else {
        turns_.push_back(*c.lane, c);
    }
    dials_.enlist(c);
    fills_ = true;
    engine_.times.set(c, std::min(c.deadline, later(s.now, engine_.limits_of(c).queue)));
}

void endpoint::leave(call& c) noexcept {
    if (std::exchange(c.waits_in, call::wait_list::none) == call::wait_list::turns) {
        turns_.remove(*c.lane, c);
    } else {
        wants_fresh_.erase(wants_fresh_.iterator_to(c));
    }
    dials_.leave(c);
}

void endpoint::pump(step& s) noexcept {
    BOOST_ASSERT(s.holds());
    if (waiting() == 0 && !fills_ && !warming()) return;
    if (health.blocks(s.now)) return;
    while (!wants_fresh_.empty()) {
        call& c = wants_fresh_.front();
        if (turned_away(s, c)) continue;
        pooled* const fresh = pool_.opened_since(c.sent_at);
        if (fresh == nullptr) {
            make_room(s);
            dials_.begin(s);
            break;
        }
        lease(s, c, *fresh);
    }
    turns_.wake_due(s.now);
    while (turns_.ready()) {
        project& p = turns_.front();
        call& c = p.front();
        if (turned_away(s, c)) continue;
        time_point const paced = std::max(p.limiter.next(s.now), c.guard->limiter.next(s.now));
        if (paced > s.now) {
            bool const own = p.limiter.next(s.now) >= paced;
            auto const scope = own ? policy::throttle_scope::unnamed : policy::throttle_scope::user;
            if (!spared(s, c, {scope, paced, own ? p.limiter : c.guard->limiter})) turns_.sleep(p, paced);
            continue;
        }
        time_point const all_paced = limiter.next(s.now);
        if (all_paced > s.now) {
            if (spared(s, c, {policy::throttle_scope::address, all_paced, limiter})) continue;
            wake(all_paced);
            break;
        }
        pooled* const next = pool_.next();
        if (next == nullptr) {
            dials_.begin(s);
            break;
        }
        lease(s, c, *next);
    }
    fill(s);
    if (time_point const again = turns_.wakes(); again != time_point::max()) wake(again);
}

// A call whose turn is far off waits at its owner's, if it has one.
bool endpoint::spared(step& s, call& c, pace const& p) noexcept {
    tell_pace(s, c, p);
    if (!c.hands_back || p.until - s.now < durations::worth_handing_back || !engine_.ending.running()) return false;
    c.throttled_scope = p.scope;
    c.throttled_until = p.until;
    c.returned_for = call::return_reason::throttled;
    engine_.driver.feed(s, c, oms::call::event::kind::held_back);
    return true;
}

// A call that waited so long that its credential is of no use any more.
bool endpoint::turned_away(step& s, call& c) noexcept {
    if (c.guard->gate.closed(s.now)) {
        engine_.driver.with_memory(s, c, [&] { engine_.credentials.rejected(s, c); });
        return true;
    }
    auto const& expires = c.credential->value.expires_at;
    if (!expires || engine_.time().wall() < *expires || c.source->fixed) return false;
    leave(c);
    engine_.credentials.release_pass(s, c);
    engine_.driver.feed(s, c, oms::call::event::kind::expired);
    return true;
}

// All connections are taken, and a call needs a new one: an idle one gives way.
void endpoint::make_room(step& s) noexcept {
    if (pool_.size() + dials_.size() < engine_.config().pool.max_connections) return;
    if (dials_.size() >= wants_fresh_.size()) return;  // they are on their way
    if (pooled* const least = pool_.least()) drop(s, *least, close_reason::made_room, {});
}

// All that takes memory, and changes nothing but the request.
void endpoint::write_request(step& s, call& c, pooled& conn, transport::exchange& x) {
    std::string extra;
    if (c.own) {
        for (request_header const& h : c.own->options.headers)
            wire::append_header(extra, h.name, h.value);
    }
    auto const& asks = c.machine.asks();
    secret body;
    if (asks.write_body != nullptr) body = asks.write_body(*c.extras->keys);
    wire::request_head head(asks.line, c.task);
    head.body = body.reveal();
    head.plain_ids = c.plain_ids;
    head.extra = extra;
    if (c.extras) head.query = c.extras->query;
    head.token = c.credential->value.token.reveal();
    if (c.credential->signer) {
        head.keys = c.credential->signer.get();
        c.signed_ahead = std::chrono::duration_cast<decltype(c.signed_ahead)>(health.clock_ahead);
        head.time = std::chrono::floor<std::chrono::seconds>(engine_.time().wall()) + c.signed_ahead;
    }
    x.request.clear();
    sites[conn.site].requests.append(x.request, head);
    auto const& limits = engine_.config().limits;
    x.header_limit = limits.header;
    bool const read = asks.says != oms::call::reply_body::unread;
    x.body_limit = read ? limits.list_body : limits.error_body;
    x.follows = conn.used() && s.now - conn.replied_at < durations::right_behind_a_reply;
    x.now = engine_.observed() ? &engine_.time() : nullptr;
}

attempt_note& endpoint::ask_headers(step& s, call const& c, pooled const& conn) const {
    attempt_event e;
    e.call = context_of(c);
    e.operation = c.machine.asks().kind;
    return s.deferred.ask_headers({e, c.own, c.task, sites[conn.site].target.peer});
}

void endpoint::lease(step& s, call& c, pooled& conn) noexcept {
    std::shared_ptr<transport::exchange> exchange;
    attempt_note* asked = nullptr;
    try {
        exchange = conn.link->offer();
        write_request(s, c, conn, *exchange);
        if (engine_.config().attempt_headers) asked = &ask_headers(s, c, conn);
    } catch (std::bad_alloc const&) {
        if (exchange) exchange->forget_request();
        return engine_.driver.no_memory(s, c);
    }
    bool const opened_for_another = conn.used() || conn.leases() > 0;
    if (!conn.http_2) {
        engine_.times.rest(conn);  // until it is idle again
    } else if (conn.leases() == 0) {
        engine_.times.set(conn, s.now + durations::probe_interval);
    }
    pool_.lease(conn);
    if (std::exchange(c.waits_in, call::wait_list::none) == call::wait_list::fresh) {
        wants_fresh_.pop_front();
    } else {
        turns_.pop();
    }
    dials_.served(s, c);
    turns_.begun(*c.lane);
    exchange->record = &c;
    conn.trimmed = false;
    engine_.calls.exchange_begun(c, *exchange);
    engine_.driver.tell(s, c, oms::call::event::kind::turn);
    if (asked != nullptr) asked->number(std::max(c.result.attempts, 1U));
    engine_.driver.enter_phase(s, c, phase::write);
    c.sent_at = s.now;
    c.try_status = 0;
    limiter.take(s.now);
    c.lane->limiter.take(s.now);
    c.guard->limiter.take(s.now);
    engine_.times.set(c, std::min(c.deadline, later(s.now, engine_.limits_of(c).attempt)));

    ++engine_.counted.exchanges;
    if (opened_for_another) {
        ++engine_.counted.reused;
        s.deferred.notify([&] {
            connection_event event;
            event.connection_id = conn.id;
            event.what = connection_event::kind::reused;
            event.call = context_of(c);
            return event_note(event, sites[conn.site].target.peer, c.own);
        });
    }
    s.deferred.start(std::move(exchange));
}

void endpoint::wake(time_point by) noexcept {
    if (!timed::waiting() || by < when) engine_.times.set(*this, by);
}

void endpoint::rest() noexcept {
    engine_.times.end(*this);
}

// The endpoint takes nothing for now.
void endpoint::refuse(step& s, call& c) noexcept {
    auto const& refusal = health.refusal();
    bool const confirms = c.machine.confirms();
    c.result.cause = confirms ? refusal.code : refusal.cause;
    if (!confirms && !refusal.text.empty()) {
        tell_details(c.result, [&](error_details& d) { d.connection = refusal.text; });
    }
    engine_.driver.feed(s, c, {oms::call::event::kind::refused, refusal.code});
}

void endpoint::refuse_all(step& s) noexcept {
    while (call* const c = dials_.any_waiting())  // looked for anew: ending one may begin other dials
        refuse(s, *c);
}

bool endpoint::widens(project const& p, time_point now) noexcept {
    bool const several = project_throttled_ != nullptr && project_throttled_ != &p &&
                         now - project_throttled_at_ <= durations::widening_window;
    project_throttled_ = &p;
    project_throttled_at_ = now;
    return several;
}

void endpoint::abandon() noexcept {
    pool_.for_each([](pooled& p) { p.link->record = nullptr; });
}

}  // namespace oms::detail
