// SPDX-License-Identifier: BSL-1.0
#include "reading.hpp"

#include <utility>

namespace oms_stop {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds tick_interval{200};

}  // namespace

reading::reading(service& of, options const& o, std::string doing)
    : service_(of), options_(o), timer_(of.loop.context()) {
    shown_.doing = std::move(doing);
}

// Whether that is its result.
bool reading::ended(place& at, std::size_t n, oms::error_code code) {
    at.busy = false;
    --shown_.in_flight;
    bool const waits = out_of_reach(code) && service_.events->unreachable_for(at.endpoint) > oms::duration(0) &&
                       service_.events->unreachable_for(at.endpoint) < options_.outage && !service_.loop.ended();
    if (waits) {
        again_.push_back(n);
        return false;
    }
    ++shown_.done;
    shown_.failed += code ? 1 : 0;
    return true;
}

void reading::begin(std::size_t n) {
    place* free = nullptr;
    for (auto const& each : places_) {
        if (!each->busy) free = each.get();
    }
    if (free == nullptr) free = places_.emplace_back(std::make_unique<place>()).get();
    free->busy = true;
    free->endpoint = endpoint_(n);
    ++shown_.in_flight;
    start_(n, free->cancel.slot(), [this, free, n](oms::error_code code) { return ended(*free, n, code); });
}

void reading::cancel_all() {
    for (auto const& each : places_) {
        if (each->busy) each->cancel.emit(asio::cancellation_type::terminal);
    }
}

// What is out of reach for too long is given up; one of those that wait is tried again.
void reading::tick() {
    timer_.expires_after(tick_interval);
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code code) {
        if (code || alive.expired()) return;
        for (auto const& each : places_) {
            if (each->busy && service_.events->unreachable_for(each->endpoint) >= options_.outage) {
                each->cancel.emit(asio::cancellation_type::terminal);
            }
        }
        rate_.add(std::chrono::steady_clock::now(), shown_.done);
        shown_.rate = rate_.value();
        shown_.waits_for = service_.events->waits_for();
        service_.say().show(shown_);
        tick();
    });
}

void reading::run(std::size_t count, std::function<std::string(std::size_t)> const& endpoint,
                  std::function<void(std::size_t, asio::cancellation_slot, end)> const& start) {
    endpoint_ = endpoint;
    start_ = start;
    shown_.total = count;
    event_loop& loop = service_.loop;
    auto const on_interrupt = std::exchange(loop.on_interrupt, [this](unsigned) { cancel_all(); });
    auto const on_deadline = std::exchange(loop.on_deadline, [this] { cancel_all(); });
    std::size_t next = 0;
    tick();
    while (true) {
        while (shown_.in_flight < options_.concurrency && next < count && !loop.ended())
            begin(next++);
        while (!again_.empty() && shown_.in_flight < options_.concurrency && !loop.ended()) {
            std::size_t const n = again_.front();
            again_.pop_front();
            begin(n);
        }
        if (shown_.in_flight == 0 && (again_.empty() || loop.ended())) break;
        loop.context().run_one();
    }
    timer_.cancel();
    loop.on_interrupt = on_interrupt;
    loop.on_deadline = on_deadline;
    service_.say().make_room();
}

}  // namespace oms_stop
