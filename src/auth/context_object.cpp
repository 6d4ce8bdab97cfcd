// SPDX-License-Identifier: BSL-1.0
#include "auth/context_object.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <mutex>
#include <unordered_map>
#include <utility>

namespace oms::auth {

namespace {

class context_objects final : public boost::asio::execution_context::service {
public:
    using key_type = context_objects;
    static inline boost::asio::execution_context::id id;

    explicit context_objects(boost::asio::execution_context& context) : service(context) {}

    bool add(std::shared_ptr<context_object> r) {
        std::lock_guard const lock(mutex_);
        if (closed_) return false;
        auto const* const name = r.get();
        objects_.emplace(name, std::move(r));
        return true;
    }

    void remove(context_object const& r) noexcept {
        std::shared_ptr<context_object> last;  // goes without the lock
        std::lock_guard const lock(mutex_);
        auto const found = objects_.find(&r);
        if (found == objects_.end()) return;
        last = std::move(found->second);
        objects_.erase(found);
    }

private:
    void shutdown() override {
        decltype(objects_) all;
        {
            std::lock_guard const lock(mutex_);
            closed_ = true;
            all.swap(objects_);
        }
        for (auto const& [name, each] : all)
            each->leave_context();
    }

    std::mutex mutex_;
    bool closed_ = false;
    std::unordered_map<context_object const*, std::shared_ptr<context_object>> objects_;
};

context_objects& objects_of(boost::asio::any_io_executor const& executor) {
    auto& context = boost::asio::query(executor, boost::asio::execution::context);
    return boost::asio::use_service<context_objects>(context);
}

}  // namespace

void prepare_context_objects(boost::asio::any_io_executor const& executor) {
    objects_of(executor);
}

bool add_to_context(boost::asio::any_io_executor const& executor, std::shared_ptr<context_object> r) {
    return objects_of(executor).add(std::move(r));
}

void remove_from_context(boost::asio::any_io_executor const& executor, context_object const& r) noexcept {
    try {
        objects_of(executor).remove(r);
    } catch (...) {  // it was made long ago, so nothing can fail
    }
}

}  // namespace oms::auth
