// SPDX-License-Identifier: BSL-1.0
#include "policy/endpoint_health.hpp"

#include "policy/durations.hpp"

#include <algorithm>
#include <utility>

namespace oms::policy {

namespace {

// A balancer that reloads sends the like for a moment.
constexpr unsigned final_dials_needed = 3;

}  // namespace

endpoint_health::endpoint_health(std::size_t hosts, duration base, duration longest)
    : places_(hosts), base_(base), longest_(std::min<duration>(longest, durations::longest_last)) {}

duration endpoint_health::interval(unsigned failures, duration longest) const noexcept {
    duration result = base_;
    for (unsigned i = 1; i < failures && result < longest; ++i)
        result *= 2;
    return std::min(result, longest);
}

bool endpoint_health::all_failed_at(place const& p) const noexcept {
    bool const all = std::all_of(p.addresses.begin(), p.addresses.end(), [](address const& a) { return a.failed; });
    return p.failed || (all && !p.addresses.empty());
}

bool endpoint_health::nobody_at(place const& p) const noexcept {
    return std::all_of(p.addresses.begin(), p.addresses.end(),
                       [](address const& a) { return !a.failed || a.fault == dial_fault::unreachable; });
}

std::vector<std::string> endpoint_health::last(time_point now) {
    auto& all = places_[host_].addresses;
    std::vector<std::string> result;
    for (address const& a : all) {
        if (a.failed || now < a.last_until) result.push_back(a.text);
    }
    if (result.size() == all.size()) {  // then only this round counts
        std::erase_if(result, [&](std::string const& text) {
            return std::none_of(all.begin(), all.end(), [&](address const& a) { return a.failed && a.text == text; });
        });
        return result;
    }
    for (address& a : all) {
        bool const due = a.failures > 0 && !a.failed && now >= a.last_until;
        if (due) a.last_until = now + interval(a.failures, longest_);
    }
    return result;
}

// What is known of an address is kept as long as the host has it.
void endpoint_health::learn(place& at, std::vector<std::string> const& known) {
    std::vector<address> now;
    now.reserve(known.size());
    for (std::string const& text : known) {
        auto const before =
            std::find_if(at.addresses.begin(), at.addresses.end(), [&](address const& a) { return a.text == text; });
        now.emplace_back();
        if (before != at.addresses.end()) {
            now.back() = std::move(*before);
        } else {
            now.back().text = text;
        }
    }
    at.addresses.swap(now);
}

void endpoint_health::note(address& a, dial_fault fault, time_point now) noexcept {
    if (std::exchange(a.failed, true)) return;  // another dial of this round was there before
    ++a.failures;
    bool const again = fault == dial_fault::final || fault == dial_fault::unverified;
    a.final_dials = again ? std::min(a.final_dials + 1, final_dials_needed) : 0;
    a.fault = fault;
    a.last_until = now + interval(a.failures, longest_);
}

// Addresses at which nobody answers say nothing: of two families, one often leads nowhere.
bool endpoint_health::hopeless(bool connected) const noexcept {
    bool any = false;
    bool all_unverified = true;
    bool all_final = true;
    for (place const& p : places_) {
        for (address const& a : p.addresses) {
            if (!a.failed || a.fault == dial_fault::unreachable) continue;
            any = true;
            all_unverified = all_unverified && a.fault == dial_fault::unverified;
            all_final = all_final && a.final_dials >= final_dials_needed;
        }
    }
    return any && (all_unverified || (all_final && !connected));
}

void endpoint_health::next_round() noexcept {
    ++round_;
    for (place& p : places_) {
        p.failed = false;
        for (address& a : p.addresses)
            a.failed = false;
    }
}

dial_verdict endpoint_health::failed(failed_dial const& d, bool connected, time_point now, std::uint64_t random) {
    if (d.round != round_) return dial_verdict::straggler;
    place& at = places_[d.host];
    if (!d.known.empty()) learn(at, d.known);
    for (auto const& each : d.attempts) {
        for (address& a : at.addresses) {
            if (a.text == each.address) note(a, each.fault, now);
        }
    }
    if (d.attempts.empty()) at.failed = true;
    if (d.fault != dial_fault::common) {
        if (!all_failed_at(at)) return dial_verdict::next_address;
        // Another host stands in for one that is not there, not for one that is not as it should be.
        if (nobody_at(at) && d.host + 1 < places_.size()) {
            host_ = std::max(host_, d.host + 1);
            return dial_verdict::next_address;
        }
    }
    bool const refuse = d.fault == dial_fault::common || d.fault == dial_fault::unknown || hopeless(connected);
    ++failures_;
    // At least half of it, so that a dead endpoint costs few dials; the rest by chance.
    duration const half = interval(failures_, std::min<duration>(longest_, durations::longest_between_rounds)) / 2;
    not_before_ = now + half + full_jitter(half, half, 0, random);
    host_ = 0;
    next_round();
    return refuse ? dial_verdict::refuse : dial_verdict::back_off;
}

void endpoint_health::reached(std::size_t host, std::string const& text) noexcept {
    failures_ = 0;
    not_before_ = {};
    for (address& a : places_[host].addresses) {
        if (a.text != text) continue;
        a.failures = a.final_dials = 0;
        a.last_until = {};
        a.fault = dial_fault::passing;
    }
    next_round();
}

}  // namespace oms::policy
