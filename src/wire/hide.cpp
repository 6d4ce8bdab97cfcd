// SPDX-License-Identifier: BSL-1.0
#include "wire/hide.hpp"

#include "wire/chars.hpp"

#include <charconv>

namespace oms::wire {

namespace {

// Takes one character off a text: what a backslash of JSON stands for, where it is the one that is looked for.
bool take(std::string_view& text, char wanted) noexcept {
    if (text.empty()) return false;
    if (text.front() == wanted) {
        text.remove_prefix(1);
        return true;
    }
    if (text.front() != '\\' || text.size() < 2) return false;
    if (text[1] == wanted) {
        text.remove_prefix(2);
        return true;
    }
    if (text[1] != 'u' || text.size() < 6) return false;
    unsigned code = 0;
    auto const parsed = std::from_chars(text.data() + 2, text.data() + 6, code, 16);
    if (parsed.ptr != text.data() + 6 || code != static_cast<unsigned char>(wanted)) return false;
    text.remove_prefix(6);
    return true;
}

// How much of a text's beginning repeats the secret; 0: it does not.
std::size_t repeated(std::string_view const text, std::string_view secret) noexcept {
    std::string_view rest = text;
    std::size_t same = 0;
    while (same < secret.size() && take(rest, secret[same]))
        ++same;
    bool const cut = rest.empty() || (rest.front() == '\\' && rest.size() < 6);
    if (same < secret.size() && (!cut || same < least_hidden)) return 0;
    return same < secret.size() ? text.size() : text.size() - rest.size();
}

}  // namespace

void hide(std::string& text, std::string_view secret) {
    if (secret.size() < least_hidden || text.size() < least_hidden) return;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != secret.front() && text[at] != '\\') continue;
        std::size_t const size = repeated(std::string_view(text).substr(at), secret);
        if (size == 0) continue;
        text.replace(at, size, "***");
        at += 2;
    }
}

}  // namespace oms::wire
