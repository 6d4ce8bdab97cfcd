// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_RULE_WORDS_HPP
#define OMS_TESTING_RULE_WORDS_HPP

// What a rule says, as it was written, and the words that all kinds of rules share. A rule that cannot do what it says
// is refused where it is made.

#include "testing/occasions.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace oms::testing {

class rule_words {
public:
    /// @param opening  How it begins: `on(any())`.
    rule_words(std::source_location where, std::string opening);

    /// Adds a word: `.times(3)`.
    /// @param meaning  Of a word that has several; each may be said once.
    /// @throws std::invalid_argument  it was said before.
    void say(std::string_view word, std::string_view value = {}, std::string_view meaning = {});
    bool said(std::string_view word) const { return std::ranges::find(words_, word) != words_.end(); }
    /// @param why  What is wrong, and what to do.
    /// @throws std::invalid_argument  always; the rule is not to come into force.
    [[noreturn]] void refuse(std::string_view why);

    bool refused() const noexcept { return refused_; }
    /// `a_test.cpp:12: on(any()).times(3)`
    std::string const& text() const noexcept { return text_; }

private:
    std::string text_;
    std::vector<std::string> words_;
    bool refused_ = false;
};

/// As it is said: `250ms`, `3us`.
std::string text_of(std::chrono::nanoseconds duration);

// Each adds its word and sets what it means; refuses what cannot be.
void say_times(rule_words& words, occasions& which, std::size_t count);
void say_nth(rule_words& words, occasions& which, std::size_t number);
void say_after(rule_words& words, occasions& which, std::size_t count);
void say_share(rule_words& words, occasions& which, double part);
void say_duration(rule_words& words, std::string_view word, std::chrono::nanoseconds duration);

}  // namespace oms::testing

#endif
