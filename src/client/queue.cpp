// SPDX-License-Identifier: BSL-1.0
// Endpoints: whose turn it is, on which connection, and when one is opened.
#include "client/client_core.hpp"
#include "policy/backoff.hpp"

#include <algorithm>
#include <utility>

namespace oms::detail {

namespace {

constexpr std::chrono::seconds trim_after{1};
constexpr std::chrono::minutes forget_after{10};

// Failures that every other dial would meet, too.
bool deterministic(error_code const& code) noexcept {
    return code == errc::host_not_found || code == errc::proxy_auth_required ||
           (code == condition::tls_failed && code != condition::retryable);
}

time_point add(time_point t, duration d) noexcept {
    return d > time_point::max() - t ? time_point::max() : t + d;
}

}  // namespace

std::string client_core::show_query(task_kind kind) const {
    if (kind != task_kind::sync_task) return {};
    auto const ms = std::chrono::floor<std::chrono::milliseconds>(services_.time->wall()).time_since_epoch();
    return "query_time=" + std::to_string(ms.count());
}

endpoint* client_core::endpoint_of_locked(std::string const& region) {
    std::string const& name = region.empty() ? settings_.config.region : region;
    if (auto const known = endpoints_.find(name); known != endpoints_.end()) return known->second.get();
    auto const places = settings_.endpoints_of(region);
    if (places.empty()) return nullptr;
    auto made = std::make_unique<endpoint>(settings_.config.throttle, settings_.config.retry);
    made->region = name;
    for (wire::authority const& each : places) {
        transport::dial_target target;
        target.host = each.host;
        target.port = each.port;
        target.literal = each.literal;
        target.peer = (each.host.find(':') == std::string::npos ? each.host : "[" + each.host + "]") + ":" +
                      std::to_string(each.port);
        made->sites.push_back({std::move(target), wire::request_template(each, settings_.user_agent)});
    }
    return endpoints_.emplace(name, std::move(made)).first->second.get();
}

project& client_core::project_of_locked(endpoint& e, std::string const& name) {
    auto& known = e.projects[name];
    if (!known) {
        auto const at = e.projects.find(name);
        known = std::make_unique<project>(&at->first, e, settings_.config.throttle, settings_.config.retry);
    }
    return *known;
}

void client_core::leave_project_locked(call& c, time_point now) noexcept {
    project& p = *c.lane;
    if (--p.pending > 0) return;
    p.idle_since = now;
    if (!std::exchange(p.resting, true)) p.of.resting.push_back(&p);
    forget_projects_locked(p.of, now, 2);
}

// A project costs memory only while something is pending or learnt; the two
// looked at for each that comes to rest keep the list short.
void client_core::forget_projects_locked(endpoint& e, time_point now, std::size_t at_most) noexcept {
    for (; at_most > 0 && !e.resting.empty(); --at_most) {
        project* const p = e.resting.front();
        e.resting.pop_front();
        bool const at_rest = p->limiter.at_rest(now) && p->budget.at_rest();
        if (p->pending == 0 && !at_rest && now - p->idle_since < forget_after) {
            e.resting.push_back(p);
            continue;
        }
        p->resting = false;
        if (p->pending > 0) continue;
        times_.remove(*p);
        if (e.project_throttled == p) e.project_throttled = nullptr;
        e.projects.erase(e.projects.find(*p->name));
    }
}

void client_core::enqueue_locked(call& c, time_point now, effects& fx) {
    endpoint& e = *c.to;
    if (now < e.refuses_until) return refuse_locked(c, now, fx);
    c.at = call::place::queue;
    enter_locked(c, phase::queued, now, fx);
    if (c.wants_fresh) {
        e.wants_fresh.push_back(c);
    } else {
        e.queue.push_back(*c.lane, c);
    }
    e.no_dial.push_back(c);
    times_.set(c, std::min(c.deadline, add(now, c.limits->queue)));
}

void client_core::leave_queue_locked(call& c) noexcept {
    if (c.wants_fresh) {
        c.to->wants_fresh.erase(c.to->wants_fresh.iterator_to(c));
    } else {
        c.to->queue.remove(*c.lane, c);
    }
    if (dialing* const d = std::exchange(c.dial, nullptr)) {
        d->sponsor = nullptr;
    } else {
        c.to->no_dial.erase(c.to->no_dial.iterator_to(c));
    }
}

// Gives turns as long as there is somebody, a pace that allows it, and a connection.
void client_core::pump_locked(endpoint& e, time_point now, effects& fx) {
    while (!e.wants_fresh.empty()) {
        call& c = e.wants_fresh.front();
        if (turned_away_locked(c, now, fx)) continue;
        if (e.unused.empty()) {
            make_room_locked(e, fx);
            dial_locked(e, now, fx);
            break;
        }
        lease_locked(e, c, e.unused.front(), now, fx);
    }
    while (e.queue.ready()) {
        project& p = e.queue.front();
        call& c = p.front();
        if (turned_away_locked(c, now, fx)) continue;
        if (p.in_flight >= settings_.config.throttle.per_project_in_flight) {
            e.queue.hold(p);  // until one of its exchanges ends
            continue;
        }
        time_point const paced = std::max(p.limiter.next(now), c.guard->limiter.next(now));
        if (paced > now) {
            e.queue.hold(p);
            times_.set(p, paced);
            continue;
        }
        time_point const all_paced = e.limiter.next(now);
        if (all_paced > now) return times_.set(e, all_paced);
        bool const spare = e.unused.size() > e.wants_fresh.size();
        if (e.idle.empty() && !spare) return dial_locked(e, now, fx);
        lease_locked(e, c, e.idle.empty() ? e.unused.front() : e.idle.front(), now, fx);
    }
}

// A call that waited so long that its credential is of no use any more.
bool client_core::turned_away_locked(call& c, time_point now, effects& fx) {
    if (c.guard->gate.closed(now)) {
        rejected_locked(c, now, fx);
        return true;
    }
    auto const& expires = c.held->value.expires_at;
    if (!expires || services_.time->wall() < *expires || c.source->fixed) return false;
    leave_queue_locked(c);
    c.at = call::place::nowhere;
    release_pass_locked(c, now, fx);
    seek_credential_locked(c, now, fx);
    return true;
}

// All connections are taken, and a call needs a new one: an idle one gives way.
void client_core::make_room_locked(endpoint& e, effects& fx) {
    if (e.connections.size() + e.dials < settings_.config.pool.max_connections || e.idle.empty()) return;
    drop_locked(e.idle.back(), "made_room", {}, fx);
}

void client_core::lease_locked(endpoint& e, call& c, pooled& conn, time_point now, effects& fx) {
    (conn.used ? e.idle : e.unused).erase(endpoint::idle_list::s_iterator_to(conn));
    times_.remove(conn);
    if (std::exchange(c.wants_fresh, false)) {
        e.wants_fresh.pop_front();
    } else {
        e.queue.pop();
    }
    if (dialing* const d = std::exchange(c.dial, nullptr)) {
        sponsor_locked(*d, now, fx);
    } else {
        e.no_dial.erase(e.no_dial.iterator_to(c));
    }
    --waiting_;
    ++c.lane->in_flight;
    conn.user = &c;
    conn.trimmed = false;
    c.connection = &conn;
    c.at = call::place::exchange;
    begin_try_locked(c);
    enter_locked(c, phase::write, now, fx);
    c.sent_at = now;
    e.limiter.take(now);
    c.lane->limiter.take(now);
    c.guard->limiter.take(now);
    times_.set(c, std::min(c.deadline, add(now, c.limits->attempt)));

    std::string extra;
    if (c.options) {
        for (header const& h : c.options->headers)
            wire::append_header(extra, h.name, h.value);
    }
    wire::request_head head(*c.operation, c.task);
    head.extra = extra;
    head.query = c.query;
    head.token = c.held->value.token.reveal();
    if (c.held->signer) {
        head.keys = c.held->signer.get();
        head.time = std::chrono::floor<std::chrono::seconds>(services_.time->wall());
    }
    auto& next = conn.link->next();
    next.request.clear();
    e.sites[conn.site].requests.append(next.request, head);
    next.header_limit = settings_.config.limits.header;
    bool const reads = c.operation->verb == wire::method::get;
    next.body_limit = reads ? settings_.config.limits.list_body : settings_.config.limits.error_body;
    next.now = watcher() != nullptr ? services_.time.get() : nullptr;
    ++counted_.exchanges;
    if (conn.used) {
        ++counted_.reused;
        fx.notify([&] {
            return [id = conn.id, peer = e.sites[conn.site].target.peer, call_id = c.id,
                    options = c.options](observer& o) {
                connection_event event;
                event.connection_id = id;
                event.what = connection_event::kind::reused;
                event.endpoint = peer;
                event.call.call_id = call_id;
                if (options) event.call.tag = options->tag;
                o.on_connection(event);
            };
        });
    }
    fx.start(conn.link);
}

// Opens connections for those that wait, one at a time where the endpoint could not be reached.
void client_core::dial_locked(endpoint& e, time_point now, effects& fx) {
    if (now < e.dial_not_before) return times_.set(e, e.dial_not_before);
    auto const& pool = settings_.config.pool;
    std::size_t const wanted = e.dial_failures > 0 ? 1 : std::min(e.waiting(), pool.max_handshakes);
    while (e.dials < wanted && e.connections.size() + e.dials < pool.max_connections) {
        auto made = std::make_unique<dialing>(e, e.preferred);
        dialing& d = *made;
        d.id = next_id_++;
        dials_.emplace(d.id, std::move(made));
        ++e.dials;
        ++counted_.dials;
        sponsor_locked(d, now, fx);
        timeout_options const& t = d.sponsor != nullptr ? *d.sponsor->limits : settings_.config.timeouts;
        times_.set(d, add(now, t.resolve));
        fx.dial(d.id, e.sites[d.site].target);
    }
}

void client_core::sponsor_locked(dialing& d, time_point now, effects& fx) {
    d.sponsor = nullptr;
    if (d.of.no_dial.empty()) return;
    call& c = d.of.no_dial.front();
    d.of.no_dial.pop_front();
    d.sponsor = &c;
    c.dial = &d;
    begin_try_locked(c);
    enter_locked(c, d.now_in, now, fx);
}

void client_core::on_dial_phase(std::uint64_t id, phase begun) {
    effects fx(*this, completion::later);
    lock held(mutex_);
    auto const found = dials_.find(id);
    if (found == dials_.end() || found->second->now_in == begun) return;
    dialing& d = *found->second;
    time_point const now = services_.time->now();
    d.now_in = begun;
    timeout_options const& t = d.sponsor != nullptr ? *d.sponsor->limits : settings_.config.timeouts;
    times_.set(d, add(now, begun == phase::handshake ? t.handshake : begun == phase::resolve ? t.resolve : t.connect));
    if (d.sponsor != nullptr) enter_locked(*d.sponsor, begun, now, fx);
    settle_locked(fx);
    held.unlock();
    fx.run();
}

void client_core::on_dial_started(std::uint64_t id, std::shared_ptr<transport::dial> handle) {
    {
        lock const held(mutex_);
        auto const found = dials_.find(id);
        if (found != dials_.end()) {
            found->second->handle = std::move(handle);
            return;
        }
    }
    handle->abandon();  // given up in the meantime
}

void client_core::on_dialed(std::uint64_t id, transport::dial_result result) {
    effects fx(*this, completion::inside);
    lock held(mutex_);
    auto const found = dials_.find(id);
    if (found == dials_.end()) return;
    auto const d = std::move(found->second);
    dials_.erase(found);
    times_.remove(*d);
    endpoint& e = d->of;
    --e.dials;
    time_point const now = services_.time->now();
    if (call* const c = std::exchange(d->sponsor, nullptr)) {
        c->dial = nullptr;
        e.no_dial.push_front(*c);
        if (!result.code) enter_locked(*c, phase::queued, now, fx);
        d->sponsor = c;
    }
    if (result.code) {
        dial_failed_locked(*d, result, now, fx);
    } else {
        ++counted_.handshakes;
        if (result.resumed) ++counted_.resumed;
        if (e.dial_failures > 0 || e.reachable_since == time_point{}) e.reachable_since = now;
        e.dial_failures = 0;
        e.dial_not_before = {};
        if (e.refusal != errc::endpoint_blocked) e.refuses_until = {};
        auto made = std::make_unique<pooled>(e, d->site);
        made->link = std::make_shared<transport::connection>(std::move(result.connected), shared_from_this());
        made->link->record = made.get();
        made->link->watch();
        made->opened = now;
        made->id = id;
        made->index = e.connections.size();
        fx.notify([&] {
            return [id, peer = e.sites[d->site].target.peer, resumed = result.resumed](observer& o) {
                connection_event event;
                event.connection_id = id;
                event.endpoint = peer;
                event.session_resumed = resumed;
                o.on_connection(event);
            };
        });
        pooled& p = *made;
        e.connections.push_back(std::move(made));
        idle_locked(p, now, fx);
    }
    pump_locked(e, now, fx);
    settle_locked(fx);
    held.unlock();
    fx.run();
}

void client_core::dial_failed_locked(dialing& d, transport::dial_result& result, time_point now, effects& fx) {
    endpoint& e = d.of;
    ++counted_.dial_failures;
    fx.notify([&] {
        return [id = d.id, peer = e.sites[d.site].target.peer, code = result.code](observer& o) {
            connection_event event;
            event.connection_id = id;
            event.what = connection_event::kind::dial_failed;
            event.endpoint = peer;
            event.code = code;
            o.on_connection(event);
        };
    });
    auto const& retry = settings_.config.retry;
    // At least half of the interval, so that a dead endpoint costs few dials; the rest by chance.
    duration interval = retry.base_delay;
    for (unsigned i = 0; i < e.dial_failures && interval < retry.max_delay; ++i)
        interval *= 2;
    interval = std::min(interval, retry.max_delay);
    ++e.dial_failures;
    e.dial_not_before = now + interval / 2 + policy::full_jitter(interval / 2, interval / 2, 0, random_());
    e.dial_code = result.code;
    e.dial_cause = result.cause ? result.cause : result.code;
    e.dial_text = std::move(result.text);

    bool const unreachable = result.code == condition::connection_failed || result.code == errc::host_not_found;
    if (unreachable && d.site + 1 < e.sites.size()) {
        e.preferred = d.site + 1;
        e.dial_not_before = now;  // the next address is no repeat
        if (d.sponsor != nullptr) enter_locked(*d.sponsor, phase::queued, now, fx, result.code);
        return;
    }
    if (unreachable) e.preferred = 0;
    if (deterministic(result.code)) {
        e.refuses_until = e.dial_not_before;
        e.refusal = result.code;
        e.refusal_cause = e.dial_cause;
        e.refusal_text = e.dial_text;
        return refuse_all_locked(e, now, fx);
    }
    if (d.sponsor == nullptr) return;
    policy::failure f;
    f.code = result.code;
    failed_locked(*d.sponsor, f, e.dial_cause, now, fx);
}

// The endpoint takes nothing for now.
void client_core::refuse_locked(call& c, time_point now, effects& fx) {
    endpoint const& e = *c.to;
    c.result.cause = e.refusal_cause;
    if (!e.refusal_text.empty()) c.result.mutable_details().connection = e.refusal_text;
    finish_locked(c, e.refusal, now, fx);
}

void client_core::refuse_all_locked(endpoint& e, time_point now, effects& fx) {
    while (!e.no_dial.empty())
        refuse_locked(e.no_dial.front(), now, fx);
    for (auto& [id, d] : dials_) {
        if (&d->of == &e && d->sponsor != nullptr) refuse_locked(*d->sponsor, now, fx);
    }
}

// A connection is free: kept for the next, unless there are enough or its time is over.
void client_core::idle_locked(pooled& p, time_point now, effects& fx) {
    auto const& pool = settings_.config.pool;
    if (now - p.opened >= pool.max_lifetime) return drop_locked(p, "max_lifetime", {}, fx);
    if (state_ != state::running && waiting_ == 0) return drop_locked(p, "shut_down", {}, fx);
    endpoint& e = p.of;
    (p.used ? e.idle : e.unused).push_front(p);
    p.idle_until = std::min({add(now, pool.idle_timeout), add(now, p.keep_alive), add(p.opened, pool.max_lifetime)});
    times_.set(p, std::min(p.idle_until, now + trim_after));
    std::size_t const idle = e.idle.size() + e.unused.size();
    if (idle > std::max(pool.max_idle, e.waiting())) {
        drop_locked(e.idle.empty() ? e.unused.back() : e.idle.back(), "max_idle", {}, fx);
    }
}

void client_core::drop_locked(pooled& p, std::string_view reason, error_code const& why, effects& fx) {
    endpoint& e = p.of;
    fx.notify([&] {
        return [id = p.id, peer = e.sites[p.site].target.peer, reason, why](observer& o) {
            connection_event event;
            event.connection_id = id;
            event.what = connection_event::kind::closed;
            event.endpoint = peer;
            event.reason = reason;
            event.code = why;
            o.on_connection(event);
        };
    });
    if (p.is_linked()) (p.used ? e.idle : e.unused).erase(endpoint::idle_list::s_iterator_to(p));
    times_.remove(p);
    p.link->record = nullptr;
    fx.close(std::move(p.link));
    e.connections.back()->index = p.index;
    std::swap(e.connections[p.index], e.connections.back());
    e.connections.pop_back();
}

void client_core::expire_locked(pooled& p, time_point now, effects& fx) {
    if (now >= p.idle_until) return drop_locked(p, "idle_timeout", {}, fx);
    if (!std::exchange(p.trimmed, true)) p.link->trim();
    times_.set(p, p.idle_until);
}

// A phase of a dial took too long.
void client_core::expire_locked(dialing& d, time_point now, effects& fx) {
    auto const found = dials_.find(d.id);
    auto const owned = std::move(found->second);
    dials_.erase(found);
    endpoint& e = d.of;
    --e.dials;
    if (d.handle) fx.abandon(std::move(d.handle));
    transport::dial_result result;
    switch (d.now_in) {
        case phase::resolve:
            result.code = errc::resolve_timeout;
            break;
        case phase::proxy:
            result.code = errc::proxy_timeout;
            break;
        case phase::handshake:
            result.code = errc::handshake_timeout;
            break;
        default:
            result.code = errc::connect_timeout;
            break;
    }
    result.text = e.sites[d.site].target.peer + ": " + result.code.message();
    if (call* const c = d.sponsor) {
        c->dial = nullptr;
        e.no_dial.push_front(*c);
    }
    dial_failed_locked(d, result, now, fx);
    pump_locked(e, now, fx);
}

void client_core::on_idle_closed(transport::connection& c, error_code const& why) {
    effects fx(*this, completion::inside);
    lock held(mutex_);
    auto* const p = static_cast<pooled*>(c.record);
    if (p == nullptr || p->user != nullptr) return;  // leased a moment ago: its start will find out
    endpoint& e = p->of;
    drop_locked(*p, why == errc::malformed_reply ? "stray_bytes" : "closed_by_peer", why, fx);
    time_point const now = services_.time->now();
    pump_locked(e, now, fx);
    settle_locked(fx);
    held.unlock();
    fx.run();
}

}  // namespace oms::detail
