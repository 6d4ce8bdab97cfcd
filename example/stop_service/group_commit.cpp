// SPDX-License-Identifier: BSL-1.0
#include "group_commit.hpp"

#include "log.hpp"

#include <boost/asio/post.hpp>

#include <string>

namespace stop_service {

group_commit::~group_commit() {
    thread_.join();
}

void group_commit::add(handler done, work what) {
    waiting_.emplace_back(std::move(done), std::move(what));
    if (!busy_) begin();
}

void group_commit::begin() {
    busy_ = true;
    batch_ = std::exchange(waiting_, {});
    boost::asio::post(thread_, [this] {
        std::exception_ptr const failure = commit();
        boost::asio::post(context_, [this, failure] { finish(failure); });
    });
}

// On the thread.
std::exception_ptr group_commit::commit() noexcept {
    try {
        store_.begin();
        for (entry& each : batch_)
            each.what(store_);
        store_.commit();
        return nullptr;
    } catch (std::exception const& e) {
        log_line(std::string("the store failed: ") + e.what());
        store_.rollback();
        return std::current_exception();
    }
}

void group_commit::finish(std::exception_ptr const& failure) {
    std::vector<entry> done = std::exchange(batch_, {});
    busy_ = false;
    ++(failure ? failures_ : commits_);
    if (!waiting_.empty()) begin();
    for (entry& each : done)
        std::move(each.done)(failure);
}

}  // namespace stop_service
