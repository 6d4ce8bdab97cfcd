// SPDX-License-Identifier: BSL-1.0
#include "io/fault_schedule.hpp"

#include "client/client_core.hpp"
#include "system/support/spoken.hpp"

#include <utility>

using namespace std::chrono_literals;
using boost::asio::cancellation_type;

namespace oms::scripted {

schedule::schedule(scenario const& s, disturbance const& d, std::function<void(world&)> const& below)
    : disturbance_(d) {
    s.arrange(world_);
    if (below) below(world_);
    auto dials = std::move(world_.net.dials);
    world_.net.dials = nullptr;
    if (s.warm) {
        auto const first = world_.stop(9);
        world_.run_until_done(*first);
    }
    world_.net.dials = std::move(dials);
    before_ = world_.net.operations.size();
    if (d.fault_at) {
        world_.net.fault_at = before_ + *d.fault_at;
        world_.net.planned = d.planned;
    }
}

std::string schedule::run() {
    play();
    std::string wrong = check_call();
    if (wrong.empty()) wrong = check_afterwards();
    return wrong;
}

void schedule::play() {
    call_ = world_.stop();
    while (call_->completions == 0) {
        if (disturbance_.cancel_at == seen_.steps) cancel();
        if (!world_.step()) break;
        ++seen_.steps;
    }
    auto const& all_operations = world_.net.operations;
    seen_.operations.assign(all_operations.begin() + static_cast<std::ptrdiff_t>(before_), all_operations.end());
    seen_.resumed = world_.core->metrics().resumed > 0;
}

void schedule::cancel() {
    at_cancel_ = believe(world_.net.ledger, "t0");
    requests_at_cancel_ = world_.net.ledger.size();
    time_of_cancel_ = world_.time.now();
    cancelled_ = true;
    world_.cancel(*call_, disturbance_.type);
}

std::string schedule::check_call() const {
    if (call_->completions != 1) return "no completion: " + show(*call_);
    if (call_->inside) return "completed inside";
    belief const expected = believe(world_.net.ledger, "t0");
    if (call_->result.outcome != expected.result) {
        return "expected " + std::string(to_string(expected.result)) + ": " + show(*call_);
    }
    if (!call_->code != expected.success) return "success and error confused: " + show(*call_);
    return cancelled_ ? check_cancellation() : std::string();
}

std::string schedule::check_cancellation() const {
    if (disturbance_.type == cancellation_type::total) {
        bool const honoured = call_->code == errc::cancelled;
        return honoured && at_cancel_.any_sent ? "total honoured too late: " + show(*call_) : std::string();
    }
    if (call_->at != time_of_cancel_) return "still ran after the cancellation: " + show(*call_);
    // What HTTP/2 has made of a request goes out all the same: no other could be read behind it else.
    bool const sent_more = world_.net.ledger.size() != requests_at_cancel_;
    if (sent_more && !test::over_http_2()) return "sent something after the cancellation";
    return {};
}

std::string schedule::check_afterwards() {
    world_.net.dials = nullptr;
    world_.net.fault_at.reset();  // a cancelled call may not have come to it
    auto const at_once = world_.stop(1);
    world_.run_until_done(*at_once);
    if (at_once->completions != 1 || at_once->inside) return "the next call: " + show(*at_once);
    belief const expected = believe(world_.net.ledger, "t1");
    if (at_once->result.outcome != expected.result) return "the next call's outcome: " + show(*at_once);
    // A rejected credential and a blocked address are left alone for five minutes.
    world_.run_for(6min);
    if (world_.net.live_streams != 0) return "connections are left when idle";
    if (world_.time.armed()) return "something is pending when idle";
    auto const later = world_.stop(2);
    world_.run_until_done(*later);
    if (later->completions != 1 || later->code || later->result.outcome != outcome::stopped) {
        return "a later call: " + show(*later);
    }
    world_.close();
    world_.run();
    if (world_.net.live_streams != 0 || world_.net.live_dials != 0) return "leaked";
    if (call_->completions != 1 || !call_->handler.expired()) return "the handler is kept";
    return {};
}

namespace {

std::string name_of(scenario const& s, disturbance const& d) {
    std::string text = s.name;
    if (d.fault_at) {
        text += ", operation " + std::to_string(*d.fault_at) + " ends with " + show(d.planned.code) + " after " +
                std::to_string(d.planned.takes) + " bytes";
    }
    if (d.cancel_at) {
        text += ", cancelled (" + std::to_string(static_cast<unsigned>(d.type)) + ") before step " +
                std::to_string(*d.cancel_at);
    }
    return text;
}

constexpr cancellation_type types[] = {cancellation_type::total, cancellation_type::partial,
                                       cancellation_type::terminal};

}  // namespace

extent fault_sweep::try_one(scenario const& s, disturbance const& d) {
    schedule one(s, d, below_);
    std::string const wrong = one.run();
    report_.add(wrong.empty(), [&] { return name_of(s, d) + ": " + wrong; });
    return one.seen();
}

void fault_sweep::cancel_everywhere(scenario const& s, disturbance d, std::size_t steps) {
    for (std::size_t j = 0; j < steps; ++j) {
        for (cancellation_type type : types) {
            d.cancel_at = j;
            d.type = type;
            try_one(s, d);
        }
    }
}

void fault_sweep::fail_everywhere(scenario const& s, extent const& undisturbed,
                                  std::function<void(disturbance const&, extent const&)> const& and_then) {
    for (std::size_t k = 0; k < undisturbed.operations.size(); ++k) {
        for (fault const& f : faults_(undisturbed.operations[k])) {
            disturbance d;
            d.fault_at = k;
            d.planned = f;
            extent const disturbed = try_one(s, d);
            if (and_then) and_then(d, disturbed);
        }
    }
}

}  // namespace oms::scripted
