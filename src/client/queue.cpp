// SPDX-License-Identifier: BSL-1.0
// Endpoints: who waits, whose turn it is, and on which connection.
#include "client/client_core.hpp"
#include "client/texts.hpp"
#include "policy/durations.hpp"
#include "wire/ip_address.hpp"
#include "wire/region.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

namespace oms::detail {

using oms::endpoint::close_reason;

namespace {

void warn(effects& fx, std::string_view code, std::string text) {
    fx.notify([&] {
        warning_event event;
        event.code = code;
        return event_note(event, std::move(text));
    });
}

}  // namespace

std::string client_core::query_of(oms::call::operation const& what, oms::call::query_values values) const {
    std::string query;
    values.now = time_->wall();
    if (what.write_query != nullptr) what.write_query(query, values);
    return query;
}

endpoint* client_core::endpoint_of(step& s, call const& c) {
    bool const iam = c.machine.asked().asked == oms::call::service::iam;
    bool const at_home = c.task.region.empty() && !iam;
    if (at_home && own_region_ != nullptr) return own_region_;
    std::string const& region = c.task.region.empty() ? settings_.config.region : c.task.region;
    endpoint_key const key{c.machine.asked().asked, region};
    if (auto const known = endpoints_.find(key); known != endpoints_.end()) return known->second.get();
    auto const places = iam ? settings_.iam_of(region) : settings_.endpoints_of(region);
    if (places.empty()) return nullptr;
    std::vector<site> sites;
    for (wire::authority const& each : places) {
        transport::dial_target target;
        target.host = each.host;
        target.port = each.port;
        target.literal = each.literal;
        target.peer = wire::host_and_port(each.host, each.port);
        bool const proxied = settings_.proxy && !settings_.proxy->except.covers(target.host, target.port);
        sites.push_back({std::move(target), proxied, wire::request_template(each, settings_.user_agent)});
    }
    auto made = std::make_unique<endpoint>(settings_.config.throttle, settings_.config.retry, std::move(sites));
    made->region = region;
    made->by_pattern = !iam && settings_.follows_pattern(region);
    if (made->by_pattern && !wire::known_region(region)) {
        warn(
            s.fx, "unknown_region",
            "Region " + region + " is not known to this version; calls go to " + made->sites.front().target.host + ".");
    }
    times_.reserve();
    endpoint* const result = endpoints_.emplace(key, std::move(made)).first->second.get();
    times_.admit(*result);
    if (at_home) own_region_ = result;
    return result;
}

// The documents disagree on where there are sync tasks: the service decides, and a person is told why it may refuse.
void client_core::warn_of_region(step& s, endpoint& e, task_kind kind) {
    if (kind != task_kind::sync_task || !e.by_pattern || wire::has_sync_tasks(e.region)) return;
    if (std::exchange(e.no_sync_told, true)) return;
    warn(s.fx, "no_sync_tasks_in_region",
         "The service's documents name no sync tasks in region " + e.region + "; stops of them may be refused.");
}

project& client_core::project_of(step const&, endpoint& e, std::string const& name) {
    if (e.last != nullptr && *e.last->name == name) return *e.last;
    auto const [at, is_new] = e.projects.try_emplace(name);
    if (is_new) {
        try {
            at->second = std::make_unique<project>(&at->first, e, settings_.config.throttle, settings_.config.retry);
            e.turns.admit(*at->second);
        } catch (...) {
            e.projects.erase(at);
            throw;
        }
    }
    e.last = at->second.get();
    return *e.last;
}

void client_core::leave_project(step& s, call& c) noexcept {
    project& p = *c.lane;
    if (--p.pending > 0) return;
    p.idle_since = s.now;
    p.of.turns.wake(p);
    if (!p.rests.is_linked()) p.of.resting.push_back(p);
    forget_projects(s, p.of, 2);
}

// A project costs memory only while something is pending or learnt; the two
// looked at for each that comes to rest keep the list short.
void client_core::forget_projects(step& s, endpoint& e, std::size_t at_most) noexcept {
    for (; at_most > 0 && !e.resting.empty(); --at_most) {
        project* const p = &e.resting.front();
        e.resting.pop_front();
        bool const at_rest = p->limiter.at_rest(s.now) && p->budget.at_rest();
        if (p->pending == 0 && !at_rest && s.now - p->idle_since < durations::project_forgotten_after) {
            e.resting.push_back(*p);
            continue;
        }
        if (p->pending > 0) continue;
        e.turns.forget(*p);
        if (e.project_throttled == p) e.project_throttled = nullptr;
        if (e.last == p) e.last = nullptr;
        e.projects.erase(e.projects.find(*p->name));
    }
    // Nor does the table remember how many there once were.
    std::size_t const buckets = e.projects.bucket_count();
    if (buckets <= 64 || e.projects.size() >= buckets / 8) return;
    try {
        e.projects.rehash(buckets / 4);
    } catch (std::bad_alloc const&) {  // then it does
    }
}

void client_core::enqueue(step& s, call& c, call::wait_list where) noexcept {
    endpoint& e = *c.to;
    if (e.health.refuses(s.now)) return refuse(s, c);
    c.waits_in = where;
    enter_phase(s, c, phase::queued);
    if (where == call::wait_list::fresh) {
        e.wants_fresh.push_back(c);
    } else {
        e.turns.push_back(*c.lane, c);
    }
    e.no_dial.push_back(c);
    times_.set(c, std::min(c.deadline, later(s.now, limits_of(c).queue)));
}

// Gives turns as long as there is somebody, a pace that allows it, and a connection.
void client_core::pump(step& s, endpoint& e) noexcept {
    BOOST_ASSERT(s.holds());
    if (e.health.blocks(s.now)) return;
    while (!e.wants_fresh.empty()) {
        call& c = e.wants_fresh.front();
        if (turned_away(s, c)) continue;
        pooled* const fresh = e.connections.opened_since(c.sent_at);
        if (fresh == nullptr) {
            make_room(s, e);
            dial(s, e);
            break;
        }
        lease(s, e, c, *fresh);
    }
    e.turns.wake_due(s.now);
    while (e.turns.ready()) {
        project& p = e.turns.front();
        call& c = p.front();
        if (turned_away(s, c)) continue;
        time_point const paced = std::max(p.limiter.next(s.now), c.guard->limiter.next(s.now));
        if (paced > s.now) {
            bool const own = p.limiter.next(s.now) >= paced;
            auto const scope = own ? policy::throttle_scope::unnamed : policy::throttle_scope::user;
            policy::rate_limiter const& limiter = own ? p.limiter : c.guard->limiter;
            tell_pace(s, c, {scope, paced, limiter.rate(), limiter.learnt()});
            if (spared(s, c, scope, paced)) continue;
            e.turns.sleep(p, paced);
            continue;
        }
        time_point const all_paced = e.limiter.next(s.now);
        if (all_paced > s.now) {
            tell_pace(s, c, {policy::throttle_scope::address, all_paced, e.limiter.rate(), e.limiter.learnt()});
            if (spared(s, c, policy::throttle_scope::address, all_paced)) continue;
            wake(s, e, all_paced);
            break;
        }
        pooled* const next = e.connections.next();
        if (next == nullptr) {
            dial(s, e);
            break;
        }
        lease(s, e, c, *next);
    }
    if (time_point const again = e.turns.wakes(); again != time_point::max()) wake(s, e, again);
}

// A call whose turn is far off waits at its owner's, if it has one.
bool client_core::spared(step& s, call& c, policy::throttle_scope scope, time_point until) noexcept {
    if (!c.hands_back || until - s.now < durations::worth_handing_back || state_ != state::running) return false;
    c.throttled_scope = scope;
    c.throttled_until = until;
    c.returned_for = call::return_reason::throttled;
    drive(s, c, oms::call::event::kind::held_back);
    return true;
}

// A call that waited so long that its credential is of no use any more.
bool client_core::turned_away(step& s, call& c) noexcept {
    if (c.guard->gate.closed(s.now)) {
        with_memory(s, c, [&] { rejected(s, c); });
        return true;
    }
    auto const& expires = c.credential->value.expires_at;
    if (!expires || time_->wall() < *expires || c.source->fixed) return false;
    leave_wait_list(s, c);
    release_pass(s, c);
    drive(s, c, oms::call::event::kind::expired);
    return true;
}

// All connections are taken, and a call needs a new one: an idle one gives way.
void client_core::make_room(step& s, endpoint& e) noexcept {
    auto& pool = e.connections;
    if (pool.size() + pool.dialing() < settings_.config.pool.max_connections) return;
    if (pool.dialing() >= e.wants_fresh.size()) return;  // they are on their way
    if (pooled* const least = pool.least()) drop(s, *least, close_reason::made_room, {});
}

// All that takes memory, and changes nothing but the request.
void client_core::write_request(step& s, endpoint& e, call& c, pooled& conn) {
    std::string extra;
    if (c.own) {
        for (header const& h : c.own->options.headers)
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
        c.signed_ahead = std::chrono::duration_cast<decltype(c.signed_ahead)>(e.health.clock_ahead);
        head.time = std::chrono::floor<std::chrono::seconds>(time_->wall()) + c.signed_ahead;
    }
    auto& next = conn.link->next();
    next.request.clear();
    e.sites[conn.site].requests.append(next.request, head);
    next.header_limit = settings_.config.limits.header;
    bool const read = asks.says != oms::call::reply_body::unread;
    next.body_limit = read ? settings_.config.limits.list_body : settings_.config.limits.error_body;
    next.follows = conn.used() && s.now - conn.replied_at < durations::right_behind_a_reply;
    next.now = watcher() != nullptr ? time_.get() : nullptr;
}

void client_core::lease(step& s, endpoint& e, call& c, pooled& conn) noexcept {
    try {
        write_request(s, e, c, conn);
    } catch (std::bad_alloc const&) {
        conn.link->forget_request();
        return no_memory(s, c);
    }
    e.connections.move(conn, oms::endpoint::connection_state::leased);
    times_.rest(conn);  // until it is idle again
    if (std::exchange(c.waits_in, call::wait_list::none) == call::wait_list::fresh) {
        e.wants_fresh.pop_front();
    } else {
        e.turns.pop();
    }
    if (dialing* const d = std::exchange(c.dial, nullptr)) {
        sponsor(s, *d);
    } else {
        e.no_dial.erase(e.no_dial.iterator_to(c));
    }
    --waiting_;
    e.turns.begun(*c.lane);
    conn.user = &c;
    conn.trimmed = false;
    c.connection = &conn;
    tell(s, c, oms::call::event::kind::turn);
    enter_phase(s, c, phase::write);
    c.sent_at = s.now;
    e.limiter.take(s.now);
    c.lane->limiter.take(s.now);
    c.guard->limiter.take(s.now);
    times_.set(c, std::min(c.deadline, later(s.now, limits_of(c).attempt)));

    ++counted_.exchanges;
    if (conn.used()) {
        ++counted_.reused;
        s.fx.notify([&] {
            connection_event event;
            event.connection_id = conn.id;
            event.what = connection_event::kind::reused;
            event.call = context_of(c);
            return event_note(event, e.sites[conn.site].target.peer, c.own);
        });
    }
    s.fx.start(conn.link);
}

// The endpoint is looked at again by then; an earlier look that is due stays.
void client_core::wake(step const&, endpoint& e, time_point when) noexcept {
    if (!e.timed::waiting() || when < e.when) times_.set(e, when);
}

// The endpoint takes nothing for now.
void client_core::refuse(step& s, call& c) noexcept {
    auto const& refusal = c.to->health.refusal();
    bool const confirms = c.machine.confirms();
    c.result.cause = confirms ? refusal.code : refusal.cause;
    if (!confirms && !refusal.text.empty()) {
        tell_details(c.result, [&](error_details& d) { d.connection = refusal.text; });
    }
    drive(s, c, {oms::call::event::kind::refused, refusal.code});
}

void client_core::refuse_all(step& s, endpoint& e) noexcept {
    while (!e.no_dial.empty())
        refuse(s, e.no_dial.front());
    auto const sponsor = [&]() -> call* {
        for (auto const& [id, d] : dials_) {
            if (&d->of == &e && d->sponsor != nullptr && d->sponsor->waits_for_turn()) return d->sponsor;
        }
        return nullptr;
    };
    while (call* const c = sponsor())  // looked for anew: ending one may begin other dials
        refuse(s, *c);
}

}  // namespace oms::detail
