// SPDX-License-Identifier: BSL-1.0
#include "auth/iam_refusal.hpp"

#include "wire/hide.hpp"

#include <cstddef>
#include <utility>

namespace oms::auth {

namespace {

constexpr std::size_t words_shown = 256;

// A short one could not be found without what only looks like it: then IAM's words are not told at all.
void hide(std::string& words, std::string_view secret) {
    if (secret.empty()) return;
    secret.size() < wire::least_hidden ? words.clear() : wire::hide(words, secret);
}

}  // namespace

iam_refusal refusal_of(fetch_result& got, std::span<std::string_view const> sent) {
    if (got.code) return {got.code, std::move(got.text)};
    stop_result words;
    error_code const said = parse_error_code(got.status, got.body.reveal(), words);
    for (std::string_view const secret : sent)
        hide(words.service_message, secret);
    iam_refusal why{got.status == 401 ? error_code(errc::credentials_rejected) : said,
                    "IAM answered " + std::to_string(got.status)};
    if (!why.code) why.code = errc::credentials_unavailable;
    if (!words.service_message.empty()) why.reason += ' ' + words.service_message.substr(0, words_shown);
    return why;
}

}  // namespace oms::auth
