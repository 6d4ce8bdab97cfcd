// SPDX-License-Identifier: BSL-1.0
// What the client says of itself: numbers, and a page for 3 a.m.
#include "client/client_core.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <string>

namespace oms {

duration_histogram::duration_histogram() noexcept = default;

void duration_histogram::add(std::chrono::steady_clock::duration d) noexcept {
    auto const us = std::chrono::duration_cast<std::chrono::microseconds>(d).count();
    auto const bucket = static_cast<std::size_t>(std::bit_width(us < 0 ? 0U : static_cast<std::uint64_t>(us) >> 8U));
    ++counts[std::min(bucket, size - 1)];
    ++count;
    sum += d;
}

reason_count::reason_count() noexcept = default;
reason_count::reason_count(std::string r, std::uint64_t c) noexcept : reason(std::move(r)), count(c) {}
client_metrics::client_metrics() = default;

namespace detail {

namespace {

std::string seconds_text(duration d) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f s", std::chrono::duration<double>(d).count());
    return text;
}

std::string rate_text(policy::rate_limiter const& limiter) {
    if (std::isinf(limiter.rate())) return "unlimited";
    char text[32];
    std::snprintf(text, sizeof text, "%.1f/s", limiter.rate());
    return text;
}

std::string count_text(std::size_t n, char const* one) {
    return std::to_string(n) + ' ' + one + (n == 1 ? "" : "s");
}

// An access key is an identifier; its ends are enough to tell it.
std::string identity(credential const& value) {
    if (value.type != credential::kind::key_pair) return "token";
    std::string const& ak = value.access_key;
    return "key " + (ak.size() > 8 ? ak.substr(0, 4) + "…" + ak.substr(ak.size() - 4) : std::string("…"));
}

std::string describe_endpoint(endpoint_key const& key, endpoint const& e, time_point now) {
    std::string text = "endpoint " + e.sites[e.health.dials().host()].target.peer;
    bool const iam = key.asked == oms::call::service::iam;
    if (!key.region.empty()) text += (iam ? " (IAM of " : " (") + key.region + ')';
    text += ": " + count_text(e.connections().size(), "connection") + " (" + std::to_string(e.connections().free()) +
            " idle), " + std::to_string(e.opening().size()) + " being opened, " + std::to_string(e.waiting()) +
            " waiting; rate " + rate_text(e.limiter) + (e.spoken.http_2() ? "; HTTP/2\n" : "\n");
    if (e.health.failures() > 0) {
        text += "  not reached for " + count_text(e.health.failures(), "dial") + "; next in " +
                seconds_text(std::max(e.health.dials().not_before() - now, duration::zero())) + "; " +
                e.health.last_failure().text + '\n';
    } else if (e.health.reachable_since() != time_point{}) {
        text += "  reached since " + seconds_text(now - e.health.reachable_since()) + '\n';
    }
    if (e.health.refuses(now)) {
        text += "  refuses calls for " + seconds_text(e.health.refuses_until() - now) + ": " +
                e.health.refusal().code.message() + '\n';
    }
    char budget[64];
    std::snprintf(budget, sizeof budget, "  repeats left: %.1f\n", e.budget.level());
    return text + budget;
}

}  // namespace

client_metrics client_core::metrics() const {
    client_metrics m;
    lock const held(engine_.mutex());
    m.waiting = engine_.calls.waiting();
    m.in_flight = engine_.calls.in_exchange();
    engine_.endpoints.for_each([&](endpoint const& e) {
        m.dialing += e.opening().size();
        m.idle += e.connections().free();
        m.projects += e.projects().size();
    });
    counters const& counted = engine_.counted;
    m.calls = counted.calls;
    m.exchanges = counted.exchanges;
    m.dials = counted.dials;
    m.dial_failures = counted.dial_failures;
    m.handshakes = counted.handshakes;
    m.resumed = counted.resumed;
    m.http_2 = counted.http_2;
    m.reused = counted.reused;
    for (std::size_t i = 0; i < counted.retries.size(); ++i) {
        if (counted.retries[i] == 0) continue;
        auto const why = static_cast<retry_reason>(i);
        m.retries.emplace_back(std::string(to_string(why)), counted.retries[i]);
    }
    for (std::size_t i = 0; i < counted.completions.size(); ++i) {
        if (counted.completions[i] == 0) continue;
        m.completions.emplace_back(i == 0 ? "ok" : condition_category().message(static_cast<int>(i)),
                                   counted.completions[i]);
    }
    m.phases = counted.phases;
    return m;
}

std::string client_core::describe() const {
    lock const held(engine_.mutex());
    if (engine_.ending.abandoned()) return "the execution context is gone\n";
    time_point const now = time_->now();
    call_table const& calls = engine_.calls;
    std::string text = "oms client: " + count_text(calls.in_exchange(), "call") + " in flight, " +
                       std::to_string(calls.waiting()) + " waiting";
    if (!engine_.ending.running()) text += ", shut down";
    time_point oldest = now;
    calls.for_each([&](call const& c) {
        if (c.exchange == nullptr) oldest = std::min(oldest, c.begun);
    });
    text += "; the oldest waits for " + seconds_text(now - oldest) + '\n';

    std::vector<project const*> slowest;
    for (auto const& [key, each] : engine_.endpoints.all()) {
        text += describe_endpoint(key, each->to, now);
        for (auto const& [name, p] : each->to.projects()) {
            if (!std::isinf(p->limiter.rate())) slowest.push_back(p.get());
        }
    }
    std::size_t const shown = std::min<std::size_t>(10, slowest.size());
    std::partial_sort(slowest.begin(), slowest.begin() + static_cast<std::ptrdiff_t>(shown), slowest.end(),
                      [](auto const* a, auto const* b) { return a->limiter.rate() < b->limiter.rate(); });
    for (std::size_t i = 0; i < shown; ++i) {
        text += "throttled project " + *slowest[i]->name + ": rate " + rate_text(slowest[i]->limiter) + ", " +
                count_text(slowest[i]->pending, "call") + " pending\n";
    }
    for (auto const& source : engine_.credentials.book().sources()) {
        text += "credentials from " + source->label;
        if (source->fixed) text += ": " + identity(source->fixed->value);
        if (!source->slots.empty()) text += ", for " + count_text(source->slots.size(), "project");
        if (!source->last_error.empty()) text += "; last failure: " + source->last_error;
        text += '\n';
    }
    return text;
}

}  // namespace detail
}  // namespace oms
