// SPDX-License-Identifier: BSL-1.0
#include <oms/testing/virtual_time.hpp>

#include "testing/memory_world.hpp"
#include "testing/patience.hpp"

#include <stdexcept>

namespace oms::testing {

virtual_time::virtual_time(boost::asio::io_context& context) : world_(std::make_shared<memory_world>(context)) {
    if (!transport::surround(context, world_))
        throw std::invalid_argument("virtual_time: the context has one already: make another context for another time");
}

virtual_time::~virtual_time() = default;

std::chrono::nanoseconds virtual_time::elapsed() const noexcept {
    return world_->time()->elapsed();
}

std::chrono::steady_clock::time_point virtual_time::now() const noexcept {
    return world_->time()->now();
}

std::chrono::system_clock::time_point virtual_time::wall() const noexcept {
    return world_->time()->wall();
}

void virtual_time::poll() {
    run_for(std::chrono::nanoseconds::zero());
}

void virtual_time::run_for(std::chrono::nanoseconds duration) {
    auto const end = now() + bounded(duration);
    world_->run(end, [] { return false; });
    world_->time()->pass_to(end);
}

bool virtual_time::run_until(std::function<bool()> const& done, std::chrono::nanoseconds at_most) {
    world_->run(now() + bounded(at_most), done);
    return done();
}

}  // namespace oms::testing
