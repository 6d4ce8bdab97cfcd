// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_DETAIL_WITH_DETAILS_HPP
#define OMS_DETAIL_WITH_DETAILS_HPP

// The token adaptor `with_details`. Included by <oms/error.hpp>.

#include <oms/detail/codes.hpp>
#include <oms/detail/one_build.hpp>

#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <concepts>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

namespace oms {

/// The token that `with_details` returns.
template <class Token>
struct with_details_t {
    Token token;  ///< The one that was adapted.
};

/// Adapts a completion token so that a failure carries the whole result.
///
/// With `use_awaitable`, `use_future` and `yield_context` the exception thrown
/// is an `error_with_details`; of `async_stop_all` it is an `error_with_report`,
/// so that the report of a run that ended early is not lost. A callback is
/// called as `void(std::exception_ptr, R)` in place of `void(error_code, R)`.
///
/// Works with every operation that has more to say than its code: `async_stop`,
/// `async_start`, `async_show`, `async_list`, `async_find_project` and
/// `async_stop_all`. Not with `deferred`: wrap the token given to the
/// deferred operation instead.
template <class Token>
with_details_t<std::decay_t<Token>> with_details(Token&& token) {
    static_assert(!std::same_as<std::decay_t<Token>, boost::asio::deferred_t>,
                  "with_details(deferred) would throw nowhere: "
                  "write `operation(deferred)(with_details(token))` instead.");
    return {std::forward<Token>(token)};
}

namespace detail {

/// What a failed operation throws; a type of result that has more to say than this has a specialisation.
template <class Result>
struct failure_of {
    static std::exception_ptr make(error_code code, Result const& result, task_ref&& task) {
        if constexpr (std::same_as<Result, stop_result>) {
            return std::make_exception_ptr(error_with_details(code, result, std::move(task)));
        } else {
            static_assert(
                requires {
                    { result.call } -> std::same_as<stop_result const&>;
                },
                "with_details: this operation's failure is its code alone; leave the adaptor out.");
            return std::make_exception_ptr(error_with_details(code, result.call, std::move(task)));
        }
    }
};

template <class Handler>
struct with_details_handler {
    Handler handler;
    task_ref task;

    template <class Result>
    void operator()(error_code code, Result result) {
        std::exception_ptr failure;
        try {
            if (code) failure = failure_of<Result>::make(code, result, std::move(task));
        } catch (std::bad_alloc const&) {
            failure = std::current_exception();
        }
        std::move(handler)(std::move(failure), std::move(result));
    }
};

template <class Initiation>
struct with_details_initiation {
    Initiation initiation;

    // The task, where the operation is about one.
    static void keep(task_ref& kept, task_ref const& task) { kept = task; }
    static void keep(task_ref&, auto const&) noexcept {}

    template <class Handler, class... Args>
    void operator()(Handler&& handler, Args&&... args) {
        task_ref task;
        (keep(task, args), ...);
        std::move(initiation)(
            with_details_handler<std::decay_t<Handler>>{std::forward<Handler>(handler), std::move(task)},
            std::forward<Args>(args)...);
    }
};

}  // namespace detail
}  // namespace oms

namespace boost::asio {

template <template <class, class> class Associator, class Handler, class Default>
struct associator<Associator, oms::detail::with_details_handler<Handler>, Default> : Associator<Handler, Default> {
    static auto get(oms::detail::with_details_handler<Handler> const& h) noexcept {
        return Associator<Handler, Default>::get(h.handler);
    }
    static auto get(oms::detail::with_details_handler<Handler> const& h, Default const& d) noexcept {
        return Associator<Handler, Default>::get(h.handler, d);
    }
};

template <class Token>
struct async_result<oms::with_details_t<Token>, void(boost::system::error_code)> {
    template <class Initiation, class... Args>
    static void initiate(Initiation&&, oms::with_details_t<Token>, Args&&...) {
        static_assert(!sizeof(Initiation),
                      "with_details: this operation's failure is its code alone; "
                      "leave the adaptor out.");
    }
};

template <class Token, class Result>
struct async_result<oms::with_details_t<Token>, void(boost::system::error_code, Result)> {
    using signature = void(std::exception_ptr, Result);

    template <class Initiation, class... Args>
    static auto initiate(Initiation&& initiation, oms::with_details_t<Token> token, Args&&... args) {
        return async_initiate<Token, signature>(
            oms::detail::with_details_initiation<std::decay_t<Initiation>>{std::forward<Initiation>(initiation)},
            token.token, std::forward<Args>(args)...);
    }
};

}  // namespace boost::asio

#endif
