// SPDX-License-Identifier: BSL-1.0
#include "testing/memory_world.hpp"

#include "testing/memory_dial.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace oms::testing {

namespace {

constexpr std::uint16_t first_port = 40'001;

class memory_dialer final : public transport::dialer {
public:
    memory_dialer(std::shared_ptr<memory_world> world, bool secure) : world_(std::move(world)), secure_(secure) {}

    std::shared_ptr<transport::dial> start(std::uint64_t id, transport::dial_target const& target,
                                           std::shared_ptr<transport::dial_user> user) override {
        auto made = std::make_shared<memory_dial>(world_, secure_, id, target, std::move(user));
        made->start();
        return made;
    }

private:
    std::shared_ptr<memory_world> const world_;
    bool const secure_;
};

}  // namespace

void memory_world::run(timeline::time_point until, std::function<bool()> const& done) {
    while (context_ != nullptr) {
        if (done()) return;
        if (!time_->step(*context_, until)) return;
    }
}

std::uint16_t memory_world::listen(std::uint16_t port, accept_function accept) {
    if (port == 0) {
        for (port = first_port; listeners_.contains(port);)
            ++port;
    }
    if (!listeners_.try_emplace(port, listener{std::move(accept)}).second)
        throw boost::system::system_error(boost::asio::error::address_in_use);
    return port;
}

bool memory_world::connect(std::uint16_t port, std::shared_ptr<memory_pipe> by) {
    auto const found = listeners_.find(port);
    if (found == listeners_.end() || found->second.refused) return false;
    found->second.accept(std::move(by));
    return true;
}

std::shared_ptr<transport::dialer> memory_world::make_dialer(bool secure) {
    return std::make_shared<memory_dialer>(shared_from_this(), secure);
}

void memory_world::leave_context() noexcept {
    context_ = nullptr;
    time_->end();
    while (!pipes_.empty()) {
        auto* const next = *pipes_.begin();
        pipes_.erase(pipes_.begin());
        next->drop_waits();
    }
}

}  // namespace oms::testing
