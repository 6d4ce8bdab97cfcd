// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_ANSWER_HPP
#define OMS_CLIENT_ANSWER_HPP

#include "transport/lent_executor.hpp"

#include <oms/error.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/prefer.hpp>

#include <new>
#include <utility>

namespace oms::detail {

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

/// A result on its way to whoever asked for it: calls the handler on its
/// executor, after all else that it holds is gone.
template <class Result>
struct answer {
    using handler_type = boost::asio::any_completion_handler<void(error_code, Result)>;

    handler_type handler;
    boost::asio::any_completion_executor executor;
    boost::asio::cancellation_slot slot;
    error_code code;
    Result result;

    using allocator_type = typename boost::asio::associated_allocator<handler_type>::type;
    allocator_type get_allocator() const noexcept { return boost::asio::get_associated_allocator(handler); }
    using executor_type = boost::asio::any_completion_executor;
    executor_type get_executor() const noexcept { return executor; }

    void operator()() {
        if (slot.is_connected()) slot.clear();
        auto last = std::move(handler);
        executor = {};
        std::move(last)(code, std::move(result));
    }
};

}  // namespace oms::detail

#endif
