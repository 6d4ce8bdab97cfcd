// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_DETAIL_FOREIGN_HANDLER_HPP
#define OMS_DETAIL_FOREIGN_HANDLER_HPP

// Handlers that run in another execution context than their client's: either
// may be destroyed first, so the library keeps such a handler where its own
// context finds it.

#include <oms/detail/export.hpp>
#include <oms/detail/one_build.hpp>
#include <oms/error.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/system_executor.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace oms::detail {

class client_core;

/// The client's own execution context, for comparison only.
OMS_DECL boost::asio::execution_context const* context_of(client_core const& core) noexcept;

/// Whether it is the one on which the client runs itself.
OMS_DECL bool is_executor_of(client_core const& core, boost::asio::any_io_executor const& executor) noexcept;

/// A handler whose executor is the client's own, as a coroutine's mostly is: it need not name it.
template <class Handler>
struct handler_at_home {
    Handler handler;

    using allocator_type = boost::asio::associated_allocator_t<Handler>;
    allocator_type get_allocator() const noexcept { return boost::asio::get_associated_allocator(handler); }
    using cancellation_slot_type = boost::asio::associated_cancellation_slot_t<Handler>;
    cancellation_slot_type get_cancellation_slot() const noexcept {
        return boost::asio::get_associated_cancellation_slot(handler);
    }
    template <class... Args>
    void operator()(Args&&... args) {
        std::move(handler)(std::forward<Args>(args)...);
    }
};

/// Leaves the handler in its context; what it returns may be called and destroyed at any time.
/// @param executor  The handler's: it never blocks, and has outstanding work.
template <class Signature>
OMS_DECL boost::asio::any_completion_handler<Signature> leave_abroad(
    client_core& core, boost::asio::any_completion_handler<Signature> handler, boost::asio::execution_context& context,
    boost::asio::any_completion_executor executor);

template <class Executor>
concept names_its_context = boost::asio::can_query_v<Executor const&, boost::asio::execution::context_t> &&
    boost::asio::can_require_v<Executor const&, boost::asio::execution::blocking_t::never_t>;

/// The handler as the client keeps it. Where it has no executor of its own, or one of the client's context, that is
/// no more than its type erased; to erase the client's own executor as well would cost an allocation.
template <class Signature, class Handler>
boost::asio::any_completion_handler<Signature> keep_handler(client_core& core, Handler&& handler) {
    using erased = boost::asio::any_completion_handler<Signature>;
    using executor_type = std::remove_cvref_t<decltype(boost::asio::get_associated_executor(handler))>;
    if constexpr (!std::same_as<executor_type, boost::asio::system_executor> && names_its_context<executor_type>) {
        namespace execution = boost::asio::execution;
        executor_type const own = boost::asio::get_associated_executor(handler);
        if constexpr (std::same_as<executor_type, boost::asio::any_io_executor>) {
            using at_home = handler_at_home<std::remove_cvref_t<Handler>>;
            if (is_executor_of(core, own)) return erased(at_home{std::forward<Handler>(handler)});
        }
        boost::asio::execution_context& context = boost::asio::query(own, execution::context);
        if (&context != context_of(core)) {
            boost::asio::any_completion_executor executor(boost::asio::prefer(
                boost::asio::require(own, execution::blocking.never), execution::outstanding_work.tracked));
            return leave_abroad<Signature>(core, erased(std::forward<Handler>(handler)), context, std::move(executor));
        }
    }
    return erased(std::forward<Handler>(handler));
}

}  // namespace oms::detail

#endif
