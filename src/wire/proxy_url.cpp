// SPDX-License-Identifier: BSL-1.0
#include "wire/proxy_url.hpp"

#include "wire/chars.hpp"
#include "wire/digest.hpp"
#include "wire/ip_address.hpp"
#include "wire/url.hpp"

#include <openssl/evp.h>

#include <charconv>
#include <cstddef>
#include <utility>

namespace oms::wire {

namespace {

using protocol = proxy_url::protocol;

std::optional<protocol> protocol_of(std::string_view scheme) noexcept {
    if (iequals(scheme, "http")) return protocol::http;
    if (iequals(scheme, "https")) return protocol::https;
    if (iequals(scheme, "socks5") || iequals(scheme, "socks5h")) return protocol::socks5;
    return std::nullopt;
}

std::string_view default_port(protocol p) noexcept {
    switch (p) {
        case protocol::https:
            return ":443";
        case protocol::socks5:
            return ":1080";
        case protocol::http:
            break;
    }
    return ":80";
}

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

// `user[:password]`, decoded. In one piece: text that grows leaves copies of a secret behind.
bool decode(std::string_view userinfo, secret& user, secret& password) {
    auto const colon = userinfo.find(':');
    std::string_view const parts[] = {userinfo.substr(0, colon),
                                      colon == std::string_view::npos ? "" : userinfo.substr(colon + 1)};
    bool good = true;
    secret* to = &user;
    for (std::string_view const part : parts) {
        std::string text;
        text.reserve(part.size());
        good = append_decoded(text, part) && good;
        *to = secret(std::move(text));
        wipe(text);
        to = &password;
    }
    return good;
}

// The credential of RFC 7617; empty: there can be none.
secret basic_authorization(secret const& user, secret const& password) {
    // A colon in the user's name would end it: everything behind would be taken as password.
    if (user.reveal().find(':') != std::string_view::npos) return {};
    std::string text;
    text.reserve(user.reveal().size() + 1 + password.reveal().size());
    text += user.reveal();
    text += ':';
    text += password.reveal();
    secret const pair(std::move(text));
    wipe(text);

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

bool read_userinfo(std::string_view userinfo, proxy_url& out, std::string& reason) {
    secret user;
    secret password;
    bool const good = decode(userinfo, user, password) && !userinfo.empty();
    if (good && out.speaks == protocol::socks5) {
        constexpr std::size_t most = 255;  // RFC 1929
        if (user.empty() || user.reveal().size() > most || password.reveal().size() > most) {
            reason = "has a user name or password that SOCKS cannot send: both are of at most 255 bytes, the name of 1";
            return false;
        }
        out.user = std::move(user);
        out.password = std::move(password);
        return true;
    }
    if (good) out.authorization = basic_authorization(user, password);
    if (!out.authorization.empty()) return true;
    reason =
        "has a malformed user name or password: percent-encode all but letters, digits and -._~ in them, "
        "and let the name have no colon";
    return false;
}

bool has_port(std::string_view authority) noexcept {
    auto const bracket = authority.rfind(']');
    return authority.find(':', bracket == std::string_view::npos ? 0 : bracket) != std::string_view::npos;
}

}  // namespace

std::optional<proxy_url> parse_proxy_url(std::string_view url, std::string& reason) {
    proxy_url out;
    if (auto const at = url.find("://"); at != std::string_view::npos) {
        auto const known = protocol_of(url.substr(0, at));
        if (!known) {
            reason = "must begin with http://, https:// or socks5://, the ways to speak to a proxy that are supported";
            return std::nullopt;
        }
        out.speaks = *known;
        url.remove_prefix(at + 3);
    }
    if (auto const at = url.rfind('@'); at != std::string_view::npos) {
        if (!read_userinfo(url.substr(0, at), out, reason)) return std::nullopt;
        url.remove_prefix(at + 1);
    }
    if (url.find("://") != std::string_view::npos) {
        reason = "holds a second scheme";
        return std::nullopt;
    }

    // From here on it is written like an endpoint, with another default port.
    if (url.ends_with('/')) url.remove_suffix(1);
    std::string place(url);
    if (!url.empty() && !has_port(url)) place += default_port(out.speaks);
    auto parsed = parse_endpoint(place, reason);
    if (!parsed) return std::nullopt;
    out.host = std::move(parsed->host);
    out.port = parsed->port;
    out.literal = parsed->literal;
    out.peer = host_and_port(out.host, out.port);
    return out;
}

}  // namespace oms::wire
