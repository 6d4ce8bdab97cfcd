// SPDX-License-Identifier: BSL-1.0
#include "client/context_watch.hpp"

#include "client/client_core.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <mutex>
#include <vector>

namespace oms::detail {

namespace {

class client_service final : public boost::asio::execution_context::service {
public:
    using key_type = client_service;
    static inline boost::asio::execution_context::id id;

    explicit client_service(boost::asio::execution_context& context) : service(context) {}

    void add(std::shared_ptr<client_core> const& core) {
        std::lock_guard const lock(mutex_);
        std::erase_if(cores_, [](auto const& each) { return each.expired(); });
        cores_.push_back(core);
    }

private:
    void shutdown() override {
        std::vector<std::weak_ptr<client_core>> cores;
        {
            std::lock_guard const lock(mutex_);
            cores.swap(cores_);
        }
        for (auto const& each : cores) {
            if (auto const core = each.lock()) core->abandon();
        }
    }

    // The calls are the parent's, which goes on with them; what they hold here ends without a word.
    void notify_fork(boost::asio::execution_context::fork_event event) override {
        if (event != boost::asio::execution_context::fork_child) return;
        std::vector<std::weak_ptr<client_core>> cores;
        {
            std::lock_guard const lock(mutex_);
            cores = cores_;
        }
        for (auto const& each : cores) {
            if (auto const core = each.lock()) core->cancel_all();
        }
    }

    std::mutex mutex_;
    std::vector<std::weak_ptr<client_core>> cores_;
};

}  // namespace

void watch_context(boost::asio::any_io_executor const& executor, std::shared_ptr<client_core> const& core) {
    auto& context = boost::asio::query(executor, boost::asio::execution::context);
    boost::asio::use_service<client_service>(context).add(core);
}

}  // namespace oms::detail
