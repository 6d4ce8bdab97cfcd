// SPDX-License-Identifier: BSL-1.0
#include "transport/lent_executor.hpp"

#include <boost/asio/prefer.hpp>

namespace oms::transport {

using boost::asio::any_completion_executor;

loan::~loan() {
    if (auto const in = gate_->enter()) end();
}

any_completion_executor loan::executor() const {
    std::lock_guard const lock(mutex_);
    return deposit_ != nullptr ? deposit_->executor : any_completion_executor();
}

void loan::track() noexcept {
    auto const in = gate_->enter();
    std::lock_guard const lock(mutex_);
    if (tracked_++ > 0 || !in || deposit_ == nullptr) return;
    try {
        deposit_->work = boost::asio::prefer(deposit_->executor, boost::asio::execution::outstanding_work.tracked);
    } catch (...) {  // no memory: then its context may run out of work
    }
}

void loan::untrack() noexcept {
    auto const in = gate_->enter();
    any_completion_executor last;  // goes without the lock
    std::lock_guard const lock(mutex_);
    if (--tracked_ > 0 || !in || deposit_ == nullptr) return;
    last = std::move(deposit_->work);
}

std::unique_ptr<loan::deposit> loan::end() noexcept {
    deposit* had = nullptr;
    {
        std::lock_guard const lock(mutex_);
        had = std::exchange(deposit_, nullptr);
    }
    if (had == nullptr) return nullptr;
    return std::unique_ptr<deposit>(static_cast<deposit*>(gate_->take_back(*had).release()));
}

}  // namespace oms::transport
