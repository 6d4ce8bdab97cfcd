// SPDX-License-Identifier: BSL-1.0
#include "client/context_watch.hpp"

#include "client/client_core.hpp"

#include <boost/asio/execution_context.hpp>

#include <mutex>
#include <utility>
#include <vector>

namespace oms::detail {

namespace {

class client_service final : public boost::asio::execution_context::service {
public:
    using key_type = client_service;
    static inline boost::asio::execution_context::id id;

    explicit client_service(boost::asio::execution_context& context) : service(context) {}

    void add(std::shared_ptr<transport::context_gate> gate, std::shared_ptr<client_core> const& core) {
        std::lock_guard const lock(mutex_);
        std::erase_if(watched_, [](watched const& each) { return each.gate.use_count() == 1 && each.gate->empty(); });
        watched_.push_back({std::move(gate), core});
    }

private:
    struct watched {
        std::shared_ptr<transport::context_gate> gate;
        std::weak_ptr<client_core> core;
    };

    void shutdown() override {
        std::vector<watched> all;
        {
            std::lock_guard const lock(mutex_);
            all.swap(watched_);
        }
        for (auto const& each : all) {
            each.gate->close();
            if (auto const core = each.core.lock()) core->on_context_destroyed();
        }
    }

    // The calls are the parent's, which goes on with them; what they hold here ends without a word.
    void notify_fork(boost::asio::execution_context::fork_event event) override {
        if (event != boost::asio::execution_context::fork_child) return;
        std::vector<watched> all;
        {
            std::lock_guard const lock(mutex_);
            all = watched_;
        }
        for (auto const& each : all) {
            if (auto const core = each.core.lock()) core->cancel_all();
        }
    }

    std::mutex mutex_;
    std::vector<watched> watched_;
};

}  // namespace

void watch_context(boost::asio::execution_context& context, std::shared_ptr<transport::context_gate> gate,
                   std::shared_ptr<client_core> const& core) {
    boost::asio::use_service<client_service>(context).add(std::move(gate), core);
}

}  // namespace oms::detail
