// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_LEDGER_OPTION_WORDS_HPP
#define OMS_TEST_LEDGER_OPTION_WORDS_HPP

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace oms::ledger_test {

/// What to do with the word behind each option.
using option_words = std::map<std::string_view, std::function<void(std::string const&)>>;

/// Of a command line that has nothing else.
/// @throws std::invalid_argument
inline void read_options(int count, char** words, option_words const& known) {
    if (count % 2 == 0) throw std::invalid_argument("an option has no value");
    for (int i = 1; i < count; i += 2) {
        auto const found = known.find(words[i]);
        if (found == known.end()) throw std::invalid_argument("there is no option " + std::string(words[i]));
        found->second(words[i + 1]);
    }
}

}  // namespace oms::ledger_test

#endif
