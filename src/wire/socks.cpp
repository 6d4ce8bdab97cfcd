// SPDX-License-Identifier: BSL-1.0
#include "wire/socks.hpp"

#include "wire/digest.hpp"
#include "wire/ip_address.hpp"

#include <array>
#include <utility>

namespace oms::wire {

namespace {

// Of RFC 1928 and RFC 1929.
struct rfc {
    static constexpr unsigned char version = 5;
    static constexpr unsigned char no_login = 0;
    static constexpr unsigned char by_password = 2;
    static constexpr unsigned char nothing_offered = 0xFF;
    static constexpr unsigned char login_version = 1;
    static constexpr unsigned char connect = 1;
    static constexpr unsigned char ipv4 = 1;
    static constexpr unsigned char name = 3;
    static constexpr unsigned char ipv6 = 4;
};

char byte(unsigned value) noexcept {
    return static_cast<char>(static_cast<unsigned char>(value));
}
unsigned at(std::string_view bytes, std::size_t i) noexcept {
    return static_cast<unsigned char>(bytes[i]);
}

// RFC 1928, section 6, from 1 on.
constexpr std::array<std::string_view, 8> failures{
    "it has failed",
    "its rules do not allow this connection",
    "it cannot reach the network",
    "it cannot reach the host, or does not know its name",
    "the host refused it",
    "it found no way that is short enough",
    "it knows no CONNECT",
    "it knows no addresses of this kind",
};

}  // namespace

socks_handshake::socks_handshake(std::string_view target, std::uint16_t port, secret user, secret password)
    : target_(target), port_(port), user_(std::move(user)), password_(std::move(password)) {
    bool const may_log_in = !user_.empty();
    std::string text{byte(rfc::version), byte(may_log_in ? 2 : 1), byte(rfc::no_login)};
    if (may_log_in) text += byte(rfc::by_password);
    send(std::move(text), reply::method, 2);
}

void socks_handshake::send(std::string&& text, reply then, std::size_t size) {
    output_ = secret(std::move(text));
    wipe(text);  // short text lies in the string itself
    awaited_ = then;
    wanted_ = size;
    next_ = step::send;
}

void socks_handshake::sent() noexcept {
    output_ = {};
    next_ = step::receive;
}

void socks_handshake::fail(std::string_view reason, bool malformed) noexcept {
    reason_ = reason;
    malformed_ = malformed;
    next_ = step::failed;
}

void socks_handshake::received(std::string_view bytes) {
    switch (awaited_) {
        case reply::method:
            return on_method(bytes);
        case reply::login:
            // Its version is not looked at: some send that of the protocol.
            if (at(bytes, 1) != 0) {
                next_ = step::denied;
                return;
            }
            return send_request();
        case reply::head:
            return on_head(bytes);
        case reply::bound:
            next_ = step::done;
            return;
    }
}

void socks_handshake::on_method(std::string_view bytes) {
    if (at(bytes, 0) != rfc::version) return fail("it does not speak SOCKS 5", true);
    unsigned const method = at(bytes, 1);
    if (method == rfc::no_login) return send_request();
    if (method == rfc::by_password && !user_.empty()) return send_login();
    if (method == rfc::nothing_offered) {
        next_ = step::denied;
        return;
    }
    fail("it chose a way to log in that was not offered", true);
}

// In one piece: text that grows leaves copies of the password behind.
void socks_handshake::send_login() {
    std::string text;
    text.reserve(3 + user_.reveal().size() + password_.reveal().size());
    text += byte(rfc::login_version);
    text += byte(static_cast<unsigned>(user_.reveal().size()));
    text += user_.reveal();
    text += byte(static_cast<unsigned>(password_.reveal().size()));
    text += password_.reveal();
    send(std::move(text), reply::login, 2);
}

void socks_handshake::send_request() {
    std::string text{byte(rfc::version), byte(rfc::connect), 0};
    if (auto const address = parse_ip_address(target_)) {
        bool const v6 = target_.find(':') != std::string::npos;
        text += byte(v6 ? rfc::ipv6 : rfc::ipv4);
        text.append(address->begin() + (v6 ? 0 : 12), address->end());
    } else {
        text += byte(rfc::name);
        text += byte(static_cast<unsigned>(target_.size()));
        text += target_;
    }
    text += byte(port_ >> 8U);
    text += byte(port_ & 0xFFU);
    // The head, and as much of what follows as tells how long that is.
    send(std::move(text), reply::head, 5);
}

void socks_handshake::on_head(std::string_view bytes) noexcept {
    if (at(bytes, 0) != rfc::version) return fail("it answers in another protocol", true);
    unsigned const code = at(bytes, 1);
    if (code != 0) return fail(code <= failures.size() ? failures[code - 1] : "it gave no reason");
    // Its own address, of which a byte is read already, and a port: of no use to anybody.
    switch (at(bytes, 3)) {
        case rfc::ipv4:
            wanted_ = 4 - 1 + 2;
            break;
        case rfc::ipv6:
            wanted_ = 16 - 1 + 2;
            break;
        case rfc::name:
            wanted_ = at(bytes, 4) + 2;
            break;
        default:
            return fail("it gave an address of no known kind", true);
    }
    awaited_ = reply::bound;
    next_ = step::receive;
}

}  // namespace oms::wire
