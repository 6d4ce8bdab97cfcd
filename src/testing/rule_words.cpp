// SPDX-License-Identifier: BSL-1.0
#include "testing/rule_words.hpp"

#include <sstream>
#include <stdexcept>
#include <utility>

namespace oms::testing {

namespace {

void refuse_two_counts(rule_words& words) {
    if (words.said("nth") && (words.said("times") || words.said("after")))
        words.refuse("the n-th is one already: say nth alone, or after(n - 1) and times");
}

}  // namespace

rule_words::rule_words(std::source_location where, std::string opening)
    : text_(std::string(where.file_name()) + ":" + std::to_string(where.line()) + ": " + std::move(opening)) {}

void rule_words::say(std::string_view word, std::string_view value, std::string_view meaning) {
    text_.append(1, '.').append(word).append(1, '(').append(value).append(1, ')');
    if (meaning.empty()) meaning = word;
    if (said(meaning)) refuse("it says " + std::string(word) + " twice: keep one");
    words_.emplace_back(meaning);
}

void rule_words::refuse(std::string_view why) {
    refused_ = true;
    throw std::invalid_argument(text() + ": " + std::string(why));
}

std::string text_of(std::chrono::nanoseconds duration) {
    auto const count = duration.count();
    if (count % 1'000'000'000 == 0) return std::to_string(count / 1'000'000'000) + "s";
    if (count % 1'000'000 == 0) return std::to_string(count / 1'000'000) + "ms";
    if (count % 1'000 == 0) return std::to_string(count / 1'000) + "us";
    return std::to_string(count) + "ns";
}

void say_times(rule_words& words, occasions& which, std::size_t count) {
    words.say("times", std::to_string(count));
    if (count == 0) words.refuse("it would never hold: say how often, or leave times out for always");
    refuse_two_counts(words);
    which.times = count;
}

void say_nth(rule_words& words, occasions& which, std::size_t number) {
    words.say("nth", std::to_string(number));
    if (number == 0) words.refuse("it would never hold: the first one is nth(1)");
    refuse_two_counts(words);
    which.skip = number - 1;
    which.times = 1;
}

void say_after(rule_words& words, occasions& which, std::size_t count) {
    words.say("after", std::to_string(count));
    refuse_two_counts(words);
    which.skip = count;
}

void say_share(rule_words& words, occasions& which, double part) {
    std::ostringstream text;
    text << part;
    words.say("share", text.str());
    if (!(part > 0 && part <= 1)) words.refuse("a part is above 0 and at most 1: 0.05 is one of twenty");
    which.share = part;
}

void say_duration(rule_words& words, std::string_view word, std::chrono::nanoseconds duration) {
    words.say(word, text_of(duration));
    if (duration <= std::chrono::nanoseconds::zero())
        words.refuse("a time is above 0: to leave all as usual, say pass()");
}

}  // namespace oms::testing
