// SPDX-License-Identifier: BSL-1.0
#include "transport/background.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/thread_pool.hpp>

#include <mutex>
#include <utility>

namespace oms::transport {

namespace {

// The thread may use the context as its own threads do: it has ended before the services that were there first, those
// of executors among them, shut down.
class background_thread final : public boost::asio::execution_context::service {
public:
    using key_type = background_thread;
    static inline boost::asio::execution_context::id id;

    explicit background_thread(boost::asio::execution_context& context) : service(context) {}

    template <class Work>
    void post(Work work) {
        std::lock_guard const lock(mutex_);
        if (ended_) return;
        if (!thread_) thread_ = std::make_unique<boost::asio::thread_pool>(1);
        boost::asio::post(*thread_, std::move(work));
    }

private:
    void shutdown() override {
        std::unique_ptr<boost::asio::thread_pool> last;  // waited for without the lock
        std::lock_guard const lock(mutex_);
        ended_ = true;
        last.swap(thread_);
    }

    // No thread is in a child. What waits for it is dropped in the parent, too.
    void notify_fork(boost::asio::execution_context::fork_event event) override {
        if (event != boost::asio::execution_context::fork_prepare) return;
        std::unique_ptr<boost::asio::thread_pool> last;
        std::lock_guard const lock(mutex_);
        last.swap(thread_);
    }

    std::mutex mutex_;
    bool ended_ = false;
    std::unique_ptr<boost::asio::thread_pool> thread_;
};

class context_background final : public background, public std::enable_shared_from_this<context_background> {
public:
    context_background(boost::asio::any_io_executor executor, std::shared_ptr<observer> watcher)
        : executor_(std::move(executor)), watcher_(std::move(watcher)) {}

    void run(std::function<void()> work) override {
        auto& context = boost::asio::query(executor_, boost::asio::execution::context);
        auto busy = boost::asio::prefer(executor_, boost::asio::execution::outstanding_work.tracked);
        boost::asio::use_service<background_thread>(context).post(
            [work = std::move(work), busy = std::move(busy)] { work(); });
    }

    void warn(std::string_view code, std::string text) noexcept override {
        if (!watcher_) return;
        try {
            boost::asio::post(executor_, [weak = weak_from_this(), code = std::string(code), text = std::move(text)] {
                auto const self = weak.lock();
                if (!self) return;
                warning_event event;
                event.code = code;
                event.text = text;
                self->watcher_->on_warning(event);
            });
        } catch (...) {  // no memory: nobody is told, as of any event
        }
    }

private:
    boost::asio::any_io_executor const executor_;
    std::shared_ptr<observer> const watcher_;
};

}  // namespace

std::shared_ptr<background> make_background(boost::asio::any_io_executor executor, std::shared_ptr<observer> watcher) {
    return std::make_shared<context_background>(std::move(executor), std::move(watcher));
}

}  // namespace oms::transport
