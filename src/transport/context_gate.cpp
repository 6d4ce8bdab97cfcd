// SPDX-License-Identifier: BSL-1.0
#include "transport/context_gate.hpp"

namespace oms::transport {

// Nobody can have a pass, so the context lives, or its end was waited for.
context_gate::~context_gate() {
    kept_.clear_and_dispose([](belonging* b) { delete b; });
}

void context_gate::keep(std::unique_ptr<belonging> b) noexcept {
    std::lock_guard const lock(mutex_);
    kept_.push_back(*b.release());
}

std::unique_ptr<context_gate::belonging> context_gate::take_back(belonging& b) noexcept {
    std::lock_guard const lock(mutex_);
    kept_.erase(belongings::s_iterator_to(b));
    return std::unique_ptr<belonging>(&b);
}

bool context_gate::empty() const noexcept {
    std::lock_guard const lock(mutex_);
    return kept_.empty();
}

void context_gate::close() noexcept {
    inside_.fetch_or(closing, std::memory_order_acq_rel);
    belongings all;
    {
        std::unique_lock lock(mutex_);
        empty_.wait(lock, [this] { return inside_.load(std::memory_order_acquire) == closing; });
        all.swap(kept_);
    }
    // With no lock: what is destroyed may be users' handlers. One at a time, as each may do anything.
    while (!all.empty()) {
        all.pop_front_and_dispose([](belonging* b) { delete b; });
    }
}

void context_gate::tell_closer() noexcept {
    std::lock_guard const lock(mutex_);
    empty_.notify_all();
}

}  // namespace oms::transport
