// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CANARY_HPP
#define OMS_CANARY_HPP

/// @file
/// Docstrings with known faults: read by Doxygen alone, and compiled by nobody.

#include <oms/detail/bird.hpp>

/// A macro may have words,
#define OMS_SAID 1
#define OMS_UNSAID 1

namespace oms {

/// What is whole is no fault.
class whole {
public:
    /// Nor is an enumerator of it.
    enum class kind : std::uint8_t {
        tame,  ///< It stays.
        wild   ///< It goes.
    };

    whole();
    whole(whole const&);
    whole(whole&& other) noexcept;
    whole& operator=(whole const&) = delete;
    ~whole();
    friend bool operator==(whole const& a, whole const& b) noexcept;

    kind is = kind::tame;  ///< A member's words may stand behind it.

    /// Waits for its end.
    ///
    /// @param seconds  At most so long.
    /// @param token    Completes with `void(error_code)`.
    ///
    /// **Cancellation.** All three types end the wait.
    /// **Errors.** None.
    /// **Exceptions.** None. Thread safe.
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_wait(int seconds, Token&& token);

    /// The same for ever.
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_wait(Token&& token);

    /// As of `async_wait`, later.
    void wait_later();

private:
    class hidden {
    public:
        int nobody_sees;
    };
    int nor_this;
};

// Without a docstring.
class bare {
public:
    enum class kind { dull };
    using alias = int;
    explicit bare(int from_something);
    void function();
    int member;
    int first, second;
};
void free_function();
inline constexpr int constant = 1;

/// Some of what it takes is told, and something that it does not take.
/// @param one    Is told.
/// @param three  Is none of them.
void half_told(int one, int two);

/// @param one  What it does is not told.
void effect_missing(int one);

/// What refers to another one, and so on.
struct chains {
    int first;    ///< As of `chains::second`.
    int second;   ///< As of `third`.
    int third;    ///< In its own words.
    int fourth;   ///< Likewise.
    int fifth;    ///< As there.
    int sixth;    ///< The same of others; see `chains::missing`.
    int seventh;  ///< Those of `sixth`.
    int eighth;   ///< As of its elders.
    int ninth;    ///< As of `ninth`.
    int tenth;    ///< Kept as `second`.

    /// All else as of `chains::second`.
    void overloaded(int one);
    /// The same of two.
    void overloaded(int one, int two);
    /// Stands between.
    void between();
    /// The same of three.
    void overloaded(int one, int two, int three);

    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_bare(Token&& token);

    /// Does it, and says no more.
    template <boost::asio::completion_token_for<void(error_code, stop_result)> Token>
    auto async_silent(task_ref task, Token&& token);

    /// Does it, and says something of each.
    /// @param task   The one.
    /// @param token  Completes with `void(error_code, task_info)`.
    ///
    /// **Cancellation.** *terminal*: at any time.
    /// **Errors.** Some. **Exceptions.** None.
    ///
    /// The service: does it, as somebody said.
    template <boost::asio::completion_token_for<void(error_code, stop_result)> Token>
    auto async_vague(task_ref task, Token&& token);

    /// The same with options.
    template <boost::asio::completion_token_for<void(error_code, stop_result)> Token>
    auto async_vague(task_ref task, call_options options, Token&& token);

    /// Asks somebody else.
    ///
    /// **Cancellation.** None. **Errors.** None.
    virtual void async_ask(std::string host) = 0;
};

}  // namespace oms

#endif
