// SPDX-License-Identifier: BSL-1.0
#include "transport/surroundings.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

#include <mutex>
#include <utility>

namespace oms::transport {

namespace {

class context_surroundings final : public boost::asio::execution_context::service {
public:
    using key_type = context_surroundings;
    static inline boost::asio::execution_context::id id;

    explicit context_surroundings(boost::asio::execution_context& context) : service(context) {}

    bool set(std::shared_ptr<surroundings> by) {
        std::lock_guard const lock(mutex_);
        if (by_) return false;
        by_ = std::move(by);
        return true;
    }
    std::shared_ptr<surroundings> get() const {
        std::lock_guard const lock(mutex_);
        return by_;
    }

private:
    void shutdown() override {
        if (auto const by = get()) by->leave_context();
    }

    mutable std::mutex mutex_;
    std::shared_ptr<surroundings> by_;
};

}  // namespace

bool surround(boost::asio::execution_context& context, std::shared_ptr<surroundings> by) {
    return boost::asio::use_service<context_surroundings>(context).set(std::move(by));
}

std::shared_ptr<surroundings> surroundings_of(boost::asio::any_io_executor const& executor) {
    auto& context = boost::asio::query(executor, boost::asio::execution::context);
    if (!boost::asio::has_service<context_surroundings>(context)) return nullptr;
    return boost::asio::use_service<context_surroundings>(context).get();
}

}  // namespace oms::transport
