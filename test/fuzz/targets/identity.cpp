// SPDX-License-Identifier: BSL-1.0
// What IAM and the metadata service answer: keys, and when a token ends. Words that repeat a secret are hidden.
#include "auth/temporary_key.hpp"
#include "fuzz/fuzz.hpp"
#include "wire/hide.hpp"

#include <oms/credentials.hpp>

namespace oms::fuzz {

void run(input in) {
    std::string const secret(in.line()), body(in.rest());
    auth::parse_temporary_key(body);
    auth::parse_token_expiry(body);
    std::string words = body;
    wire::hide(words, secret);
    require(words.size() <= body.size(), "a text only becomes shorter");
    if (secret.size() < wire::least_hidden) {
        require(words == body, "a short secret is left alone");
    } else if (secret.find('*') == std::string::npos) {
        require(words.find(secret) == std::string::npos, "nothing of a secret is left");
    }
}

}  // namespace oms::fuzz
