// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_DETAIL_TASK_SOURCE_HPP
#define OMS_DETAIL_TASK_SOURCE_HPP

// One interface for everything that `async_stop_all` pulls tasks from.

#include <oms/detail/one_build.hpp>
#include <oms/error.hpp>
#include <oms/task.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

namespace oms::detail {

class task_source {
public:
    /// Takes the answer to a pull that was pending.
    using waiter = std::function<void(error_code, std::optional<task_ref>)>;

    struct pulled {
        bool pending = false;          ///< The waiter is called later, perhaps already was.
        std::optional<task_ref> task;  ///< Else: the next one; none at the end.
    };

    virtual ~task_source() = default;

    /// Pulls one task. One pull at a time; never after the end. May throw what the source throws.
    /// The waiter is called on the executor.
    virtual pulled pull(boost::asio::any_completion_executor const& executor, waiter on_pending) = 0;

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

    pulled pull(boost::asio::any_completion_executor const&, waiter) override {
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

template <class Source>
class async_source final : public task_source {
public:
    explicit async_source(Source source) : source_(std::move(source)) {}

    pulled pull(boost::asio::any_completion_executor const& executor, waiter on_pending) override {
        source_.async_next(boost::asio::bind_cancellation_slot(
            signal_.slot(), boost::asio::bind_executor(executor, std::move(on_pending))));
        pulled result;
        result.pending = true;
        return result;
    }

    void cancel() noexcept override { signal_.emit(boost::asio::cancellation_type::terminal); }

private:
    boost::asio::cancellation_signal signal_;
    Source source_;
};

template <class T>
concept has_async_next = requires(T& source, std::function<void(error_code, std::optional<task_ref>)> handler) {
    source.async_next(handler);
};

// Refers to a source that its owner keeps.
template <class Source>
struct source_reference {
    Source* source;
    template <class Handler>
    void async_next(Handler&& handler) {
        source->async_next(std::forward<Handler>(handler));
    }
};

template <class Source>
std::unique_ptr<task_source> make_task_source(Source&& source) {
    using value = std::remove_cvref_t<Source>;
    using target = typename unwrap_ref<value>::type;
    if constexpr (has_async_next<target>) {
        if constexpr (std::same_as<value, target>) {
            return std::make_unique<async_source<value>>(std::forward<Source>(source));
        } else {
            return std::make_unique<async_source<source_reference<target>>>(source_reference<target>{&source.get()});
        }
    } else {
        static_assert(
            std::ranges::input_range<target> && std::convertible_to<std::ranges::range_reference_t<target>, task_ref>,
            "The source of async_stop_all must be an input range of oms::task_ref, "
            "or have async_next(token) -> void(error_code, std::optional<task_ref>).");
        return std::make_unique<range_source<value>>(std::forward<Source>(source));
    }
}

}  // namespace oms::detail

#endif
