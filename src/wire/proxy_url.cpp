// SPDX-License-Identifier: BSL-1.0
#include "wire/proxy_url.hpp"

#include "wire/chars.hpp"
#include "wire/ip_address.hpp"
#include "wire/url.hpp"

#include <openssl/evp.h>

#include <charconv>
#include <cstddef>
#include <utility>

namespace oms::wire {

namespace {

constexpr std::string_view default_port = ":80";

// The next character of a user's name or password, decoded; both are taken off the front.
bool next_decoded(std::string_view& rest, char& out) noexcept {
    constexpr std::string_view marks = "!$&'()*+,;=:";
    char const c = rest.front();
    rest.remove_prefix(1);
    if (c != '%') {
        out = c;
        return is_unreserved(c) || marks.find(c) != std::string_view::npos;
    }
    if (rest.size() < 2) return false;
    unsigned char byte = 0;
    auto const [end, error] = std::from_chars(rest.data(), rest.data() + 2, byte, 16);
    if (error != std::errc() || end != rest.data() + 2) return false;
    rest.remove_prefix(2);
    out = static_cast<char>(byte);
    return !is_control(out);
}

// Appends what is decoded. Never beyond the capacity, so that no copy is left behind.
bool append_decoded(std::string& out, std::string_view text) {
    for (char c = 0; !text.empty(); out += c) {
        if (!next_decoded(text, c)) return false;
    }
    return true;
}

// The credential of RFC 7617; empty: the text is malformed.
secret basic_authorization(std::string_view userinfo) {
    auto const colon = userinfo.find(':');
    std::string text;
    text.reserve(userinfo.size() + 1);
    bool good = append_decoded(text, userinfo.substr(0, colon));
    // A colon in the user's name would end it: everything behind would be taken as password.
    good = good && text.find(':') == std::string::npos;
    text += ':';
    if (colon != std::string_view::npos) good = good && append_decoded(text, userinfo.substr(colon + 1));
    secret const pair(std::move(text));
    if (!good || userinfo.empty()) return {};

    constexpr std::string_view scheme = "Basic ";
    std::string_view const plain = pair.reveal();
    std::size_t const encoded = (plain.size() + 2) / 3 * 4;
    std::string value(scheme);
    value.resize(scheme.size() + encoded + 1);  // the encoder ends it with a zero
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(value.data() + scheme.size()),
                    reinterpret_cast<unsigned char const*>(plain.data()), static_cast<int>(plain.size()));
    value.pop_back();
    return secret(std::move(value));
}

bool has_port(std::string_view authority) noexcept {
    auto const bracket = authority.rfind(']');
    return authority.find(':', bracket == std::string_view::npos ? 0 : bracket) != std::string_view::npos;
}

}  // namespace

std::optional<proxy_url> parse_proxy_url(std::string_view url, std::string& reason) {
    proxy_url out;
    if (auto const at = url.find("://"); at != std::string_view::npos) {
        if (!iequals(url.substr(0, at), "http")) {
            reason = "must begin with http://, the only way to speak to a proxy that is supported";
            return std::nullopt;
        }
        url.remove_prefix(at + 3);
    }
    if (auto const at = url.rfind('@'); at != std::string_view::npos) {
        out.authorization = basic_authorization(url.substr(0, at));
        if (out.authorization.empty()) {
            reason =
                "has a malformed user name or password: percent-encode all but letters, digits and -._~ in them, "
                "and let the name have no colon";
            return std::nullopt;
        }
        url.remove_prefix(at + 1);
    }
    if (url.find("://") != std::string_view::npos) {
        reason = "holds a second scheme";
        return std::nullopt;
    }

    // From here on it is written like an endpoint, with another default port.
    if (url.ends_with('/')) url.remove_suffix(1);
    std::string place(url);
    if (!url.empty() && !has_port(url)) place += default_port;
    auto parsed = parse_endpoint(place, reason);
    if (!parsed) return std::nullopt;
    out.host = std::move(parsed->host);
    out.port = parsed->port;
    out.literal = parsed->literal;
    out.peer = host_and_port(out.host, out.port);
    return out;
}

}  // namespace oms::wire
