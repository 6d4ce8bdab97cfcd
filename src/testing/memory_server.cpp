// SPDX-License-Identifier: BSL-1.0
#include "testing/memory_server.hpp"

#include <utility>

namespace oms::testing {

namespace {

// Without TLS, but with its goodbye.
class memory_session final : public plain_session {
public:
    explicit memory_session(std::shared_ptr<memory_pipe> by) : pipe_(std::move(by)) {}
    void send_close_notify() override { pipe_->say_goodbye(); }

private:
    std::shared_ptr<memory_pipe> const pipe_;
};

}  // namespace

memory_server::memory_server(gateway& g, std::shared_ptr<connect_table> connects, std::shared_ptr<memory_world> world)
    : gateway_(g), connects_(std::move(connects)), world_(std::move(world)), place_(g, 0) {
    auto port = gateway_.options().port;
    try {
        for (auto& each : gateway_.places()) {
            ports_.push_back(
                world_->listen(port, [this, &each](std::shared_ptr<memory_pipe> const& by) { accept(each, by); }));
            if (port != 0) ++port;
        }
    } catch (...) {
        close();
        throw;
    }
}

memory_server::~memory_server() {
    close();
}

void memory_server::close() noexcept {
    for (auto const each : ports_)
        world_->unlisten(each);
    for (auto const& each : pipes_) {
        if (auto const open = each.lock()) open->close(false);
    }
}

void memory_server::accept(region& where, std::shared_ptr<memory_pipe> const& by) {
    std::erase_if(pipes_, [](auto const& each) { return each.expired(); });
    pipes_.push_back(by);
    auto const made =
        std::make_shared<connection>(std::make_unique<memory_line>(by), std::make_unique<memory_session>(by), gateway_,
                                     where, place_, connects_->select(where.index));
    by->serve(made);
    made->start();
}

}  // namespace oms::testing
