// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_COMPLETION_HPP
#define OMS_CLIENT_COMPLETION_HPP

// How an answer reaches whoever asked: on the handler's executor, after all
// else that the operation held is gone. Where the executor has no memory to
// take it, it stays the sender's, and is sent again at the next event; where
// its context is gone, the handler is destroyed uncalled.

#include "policy/chain.hpp"
#include "transport/lent_executor.hpp"

#include <oms/error.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/prefer.hpp>

#include <cstdint>
#include <memory>
#include <new>
#include <tuple>
#include <utility>

namespace oms::detail {

class client_core;

/// The handler's executor. An erased handler that has no memory to name it gives an empty one: that is thrown here.
template <class Handler>
boost::asio::any_completion_executor executor_of(Handler const& h,
                                                 boost::asio::any_completion_executor const& by_default) {
    auto found = boost::asio::get_associated_executor(h, by_default);
    if (!found) throw std::bad_alloc();
    return found;
}

/// The same with outstanding work. None: it is the client's own,
/// which the client keeps busy itself while it has calls.
template <class Handler>
boost::asio::any_completion_executor own_executor(Handler const& h,
                                                  boost::asio::any_completion_executor const& by_default) {
    auto const own = executor_of(h, by_default);
    if (own == by_default) return {};
    return boost::asio::prefer(own, boost::asio::execution::outstanding_work.tracked);
}

/// Whether it is lent by another context than the client's: nothing of it has to be done by way of the client's.
inline bool is_foreign(boost::asio::any_completion_executor const& e) noexcept {
    return e && e.target<transport::lent_executor>() != nullptr;
}

/// A handler, what is associated with it, and what it is to be called with.
template <class... Values>
struct completion {
    using handler_type = boost::asio::any_completion_handler<void(error_code, Values...)>;

    handler_type handler;
    boost::asio::any_completion_executor executor;
    boost::asio::cancellation_slot slot;
    error_code code;
    std::tuple<Values...> values;

    auto& result() noexcept { return std::get<0>(values); }

    using allocator_type = typename boost::asio::associated_allocator<handler_type>::type;
    allocator_type get_allocator() const noexcept { return boost::asio::get_associated_allocator(handler); }
    using executor_type = boost::asio::any_completion_executor;
    executor_type get_executor() const noexcept { return executor; }

    void operator()() {
        if (slot.is_connected()) slot.clear();
        auto last = std::move(handler);
        executor = {};
        std::apply([&](Values&... each) { std::move(last)(code, std::move(each)...); }, values);
    }
};

/// One that waits for what several may wait for, or for its executor's memory.
struct any_pending_completion {
    any_pending_completion() noexcept = default;
    any_pending_completion(any_pending_completion const&) = delete;
    any_pending_completion& operator=(any_pending_completion const&) = delete;
    virtual ~any_pending_completion() = default;

    /// Sends it to its handler's executor. Without memory `self` stays what it is.
    /// @param inside  The handler may run before this returns, and what it throws passes through.
    virtual void send(std::unique_ptr<any_pending_completion>& self, client_core& by, bool inside) = 0;
    /// It is to be called with that.
    virtual void end_with(error_code const& why) noexcept = 0;

    std::uint64_t id = 0;  ///< Of whoever may leave.
    std::unique_ptr<any_pending_completion> next;
};
using completion_chain = policy::chain<&any_pending_completion::next>;

template <class... Values>
struct pending_completion final : any_pending_completion, completion<Values...> {
    explicit pending_completion(typename completion<Values...>::handler_type h)
        : completion<Values...>{std::move(h), {}, {}, {}, {}} {}

    void send(std::unique_ptr<any_pending_completion>& self, client_core& by, bool inside) override;
    void end_with(error_code const& why) noexcept override { this->code = why; }
    static void complete(std::unique_ptr<pending_completion> done) {
        completion<Values...> last(std::move(*done));
        done.reset();
        last();
    }
};

/// What an executor is given: owns a `T`, and calls `T::complete` with it. Destroyed while it is being sent, it gives
/// the `T` back to the sender; later, it destroys it.
template <class T>
class completion_op {
public:
    explicit completion_op(std::unique_ptr<T> what) noexcept : what_(std::move(what)) {}
    completion_op(completion_op&&) noexcept = default;
    completion_op& operator=(completion_op&&) = delete;
    ~completion_op() {
        if (what_ && sent != nullptr && sent->what == what_.get()) sent->back = std::move(what_);
    }

    using allocator_type = typename T::allocator_type;
    allocator_type get_allocator() const noexcept { return what_->get_allocator(); }

    void operator()() {
        if (sent != nullptr && sent->what == what_.get()) sent->what = nullptr;  // it has arrived
        T::complete(std::move(what_));
    }

    T const& operator*() const noexcept { return *what_; }

    /// Calls `send`, which passes an operation with `what` on. Where that throws before it has arrived, `what` is as it
    /// was; what is thrown later passes through. An executor whose context is gone may drop it: then it is no more.
    template <class Send>
    static void try_send(std::unique_ptr<T>& what, Send&& send) {
        struct scope : sending {
            ~scope() { sent = this->before; }
        } now{{what.get(), {}, sent}};
        sent = &now;
        try {
            send(completion_op(std::move(what)));
        } catch (...) {
            if (!now.back) throw;
            what = std::move(now.back);
        }
    }

private:
    struct sending {
        T* what;
        std::unique_ptr<T> back;
        sending* before;
    };
    static inline thread_local constinit sending* sent = nullptr;

    std::unique_ptr<T> what_;
};

/// The same on the handler's own executor.
template <class T>
struct bound_completion_op : completion_op<T> {
    explicit bound_completion_op(completion_op<T>&& op) noexcept : completion_op<T>(std::move(op)) {}

    using executor_type = boost::asio::any_completion_executor;
    executor_type get_executor() const noexcept { return (**this).get_executor(); }
};

}  // namespace oms::detail

#endif
