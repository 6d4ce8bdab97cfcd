// SPDX-License-Identifier: BSL-1.0
#include "auth/residence.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <mutex>
#include <unordered_map>
#include <utility>

namespace oms::auth {

namespace {

class residence final : public boost::asio::execution_context::service {
public:
    using key_type = residence;
    static inline boost::asio::execution_context::id id;

    explicit residence(boost::asio::execution_context& context) : service(context) {}

    bool add(std::shared_ptr<resident> r) {
        std::lock_guard const lock(mutex_);
        if (closed_) return false;
        auto const* const name = r.get();
        residents_.emplace(name, std::move(r));
        return true;
    }

    void remove(resident const& r) noexcept {
        std::shared_ptr<resident> last;  // goes without the lock
        std::lock_guard const lock(mutex_);
        auto const found = residents_.find(&r);
        if (found == residents_.end()) return;
        last = std::move(found->second);
        residents_.erase(found);
    }

private:
    void shutdown() override {
        decltype(residents_) all;
        {
            std::lock_guard const lock(mutex_);
            closed_ = true;
            all.swap(residents_);
        }
        for (auto const& [name, each] : all)
            each->evict();
    }

    std::mutex mutex_;
    bool closed_ = false;
    std::unordered_map<resident const*, std::shared_ptr<resident>> residents_;
};

residence& residence_of(boost::asio::any_io_executor const& executor) {
    auto& context = boost::asio::query(executor, boost::asio::execution::context);
    return boost::asio::use_service<residence>(context);
}

}  // namespace

void prepare_residence(boost::asio::any_io_executor const& executor) {
    residence_of(executor);
}

bool move_in(boost::asio::any_io_executor const& executor, std::shared_ptr<resident> r) {
    return residence_of(executor).add(std::move(r));
}

void move_out(boost::asio::any_io_executor const& executor, resident const& r) noexcept {
    try {
        residence_of(executor).remove(r);
    } catch (...) {  // it was made long ago, so nothing can fail
    }
}

}  // namespace oms::auth
