// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_TOKENS_HPP
#define OMS_TESTING_TOKENS_HPP

// Tokens that say which project they are for, so that none need be stored.

#include <cstddef>
#include <string>
#include <string_view>

namespace oms::testing {

enum class token_verdict { good, damaged, other_project };

class token_mint {
public:
    explicit token_mint(std::size_t length);

    std::string token(std::string_view project) const;
    token_verdict check(std::string_view token, std::string_view project) const;

private:
    std::string filler_;  // what every token has beyond its prefix
};

}  // namespace oms::testing

#endif
