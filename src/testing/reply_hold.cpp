// SPDX-License-Identifier: BSL-1.0
#include <oms/testing/reply_hold.hpp>

#include "testing/reply_gate.hpp"

namespace oms::testing {

reply_hold::reply_hold() : gate_(std::make_shared<reply_gate>()) {}

std::size_t reply_hold::held() const {
    return gate_->waiting();
}

bool reply_hold::wait(std::size_t count, std::chrono::nanoseconds at_most) const {
    return gate_->wait(count, at_most);
}

std::size_t reply_hold::release() {
    return gate_->release();
}

std::size_t reply_hold::release(std::size_t count) {
    return gate_->release(count);
}

std::size_t reply_hold::open() {
    return gate_->open();
}

}  // namespace oms::testing
