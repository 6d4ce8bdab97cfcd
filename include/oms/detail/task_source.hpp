// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_DETAIL_TASK_SOURCE_HPP
#define OMS_DETAIL_TASK_SOURCE_HPP

// One interface for everything that `async_stop_all` pulls tasks from.

#include <oms/detail/one_build.hpp>
#include <oms/error.hpp>
#include <oms/task.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/channel_error.hpp>

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

namespace oms::detail {

class task_source {
public:
    /// What a pull that was pending brings.
    struct answer {
        error_code code;
        std::exception_ptr thrown;
        std::optional<task_ref> task;  ///< None at the end.

        answer() noexcept {}
        answer(error_code c, std::exception_ptr e, std::optional<task_ref> t) noexcept
            : code(c), thrown(std::move(e)), task(std::move(t)) {}
    };
    using waiter = std::function<void(answer)>;

    struct pulled {
        bool pending = false;          ///< The waiter is called later, perhaps already was.
        std::optional<task_ref> task;  ///< Else: the next one; none at the end.
    };

    virtual ~task_source() = default;

    /// Pulls one task. One pull at a time; never after the end. May throw what the source throws.
    /// The waiter is called on the executor.
    virtual pulled pull(boost::asio::any_io_executor const& executor, waiter on_pending) = 0;

    /// Asks a pull that is pending to end soon.
    virtual void cancel() noexcept {}
};

template <class T>
struct unwrap_ref {
    using type = T;
    static T& get(T& value) noexcept { return value; }
};
template <class T>
struct unwrap_ref<std::reference_wrapper<T>> {
    using type = T;
    static T& get(std::reference_wrapper<T>& value) noexcept { return value.get(); }
};

template <class Stored>
class range_source final : public task_source {
    using unwrap = unwrap_ref<Stored>;
    using range_type = typename unwrap::type;
    // A container that was given to us is ours to empty.
    static constexpr bool moves = std::same_as<range_type, Stored> && !std::ranges::view<range_type>;

public:
    explicit range_source(Stored stored) : stored_(std::move(stored)) {}

    pulled pull(boost::asio::any_io_executor const&, waiter) override {
        range_type& range = unwrap::get(stored_);
        if (at_) {
            ++*at_;
        } else {
            at_.emplace(std::ranges::begin(range));
        }
        pulled result;
        if (*at_ == std::ranges::end(range)) return result;
        if constexpr (moves) {
            result.task.emplace(std::move(**at_));
        } else {
            result.task.emplace(**at_);
        }
        return result;
    }

private:
    Stored stored_;
    std::optional<std::ranges::iterator_t<range_type>> at_;
};

/// Takes what an operation or a coroutine completes with.
struct answer_handler {
    task_source::waiter give;

    void operator()(error_code code, std::optional<task_ref> task) const { give({code, nullptr, std::move(task)}); }
    void operator()(std::exception_ptr thrown, std::optional<task_ref> task) const {
        give({{}, std::move(thrown), std::move(task)});
    }
    void operator()(std::optional<task_ref> task) const { give({{}, nullptr, std::move(task)}); }
};

/// Takes what a channel completes with: once it is closed and empty, it is at its end.
struct received_handler {
    task_source::waiter give;

    void operator()(error_code code, std::optional<task_ref> task) const {
        if (code == boost::asio::experimental::error::channel_closed) return give({});
        if (code) task.reset();
        give({code, nullptr, std::move(task)});
    }
};

template <class T>
inline constexpr bool is_awaitable_task = false;
template <class T, class Executor>
inline constexpr bool is_awaitable_task<boost::asio::awaitable<T, Executor>> =
    std::convertible_to<T, std::optional<task_ref>>&& std::convertible_to<boost::asio::any_io_executor, Executor>;

template <class T>
concept has_async_next = requires(T& source, answer_handler handler) {
    source.async_next(handler);
};
template <class T>
concept has_awaitable_next = is_awaitable_task<decltype(std::declval<T&>().async_next())>;
template <class T>
concept is_generator = requires(T& source, answer_handler handler) {
    source.async_resume(handler);
};
template <class T>
concept is_channel = requires(T& source, received_handler handler) {
    source.async_receive(handler);
};
template <class T>
concept answers_later = has_async_next<T> || has_awaitable_next<T> || is_generator<T> || is_channel<T>;
template <class T>
concept is_range_of_tasks =
    std::ranges::input_range<T> && std::convertible_to<std::ranges::range_reference_t<T>, task_ref>;

template <class Stored>
class async_source final : public task_source {
    using unwrap = unwrap_ref<Stored>;
    using source_type = typename unwrap::type;

public:
    explicit async_source(Stored stored) : stored_(std::move(stored)) {}

    pulled pull(boost::asio::any_io_executor const& executor, waiter on_pending) override {
        auto const bound = [&](auto handler) {
            return boost::asio::bind_cancellation_slot(signal_.slot(),
                                                       boost::asio::bind_executor(executor, std::move(handler)));
        };
        source_type& source = unwrap::get(stored_);
        if constexpr (has_async_next<source_type>) {
            source.async_next(bound(answer_handler{std::move(on_pending)}));
        } else if constexpr (has_awaitable_next<source_type>) {
            boost::asio::co_spawn(executor, source.async_next(), bound(answer_handler{std::move(on_pending)}));
        } else if constexpr (is_generator<source_type>) {
            source.async_resume(bound(answer_handler{std::move(on_pending)}));
        } else {
            source.async_receive(bound(received_handler{std::move(on_pending)}));
        }
        pulled result;
        result.pending = true;
        return result;
    }

    void cancel() noexcept override { signal_.emit(boost::asio::cancellation_type::terminal); }

private:
    boost::asio::cancellation_signal signal_;
    Stored stored_;
};

template <class Source>
std::unique_ptr<task_source> make_task_source(Source&& source) {
    using value = std::remove_cvref_t<Source>;
    using target = typename unwrap_ref<value>::type;
    static_assert(
        answers_later<target> || is_range_of_tasks<target>,
        "async_stop_all: a source is an input range of oms::task_ref, an object with async_next(token) -> "
        "void(error_code, std::optional<oms::task_ref>) or with asio::awaitable<std::optional<oms::task_ref>> "
        "async_next(), an asio::experimental::coro<oms::task_ref>, or a channel of them.");
    static_assert(std::constructible_from<value, Source>,
                  "async_stop_all: this source cannot be copied; give it by std::move, or by std::ref.");
    if constexpr (answers_later<target>) {
        return std::make_unique<async_source<value>>(std::forward<Source>(source));
    } else {
        return std::make_unique<range_source<value>>(std::forward<Source>(source));
    }
}

}  // namespace oms::detail

#endif
