// SPDX-License-Identifier: BSL-1.0
// What a proxy says: HTTP's, whole against in pieces, and SOCKS'. Three bytes of settings come first.
#include "fuzz/fuzz.hpp"
#include "wire/http_connect.hpp"
#include "wire/socks.hpp"

namespace oms::fuzz {

namespace {

struct told_tunnel {
    wire::http_connect::step step = wire::http_connect::step::receive;
    errc code{};
    std::string reason;
};

told_tunnel ask(std::string_view bytes, std::size_t first, std::size_t second) {
    wire::http_connect proxy("oms.example:443", "oms", secret("Basic c2VjcmV0"));
    told_tunnel out;
    in_pieces(bytes, first, second, [&](std::string const& piece) {
        out.step = proxy.received(piece);
        return out.step == wire::http_connect::step::receive;
    });
    out.code = proxy.code();
    out.reason = proxy.reason();
    return out;
}

void shake_hands(std::string_view bytes, bool with_login) {
    using step = wire::socks_handshake::step;
    wire::socks_handshake proxy("oms.example", 443, secret(with_login ? "user" : ""), secret("password"));
    for (int turns = 0; turns < 20; ++turns) {
        if (proxy.next() == step::send) {
            require(!proxy.output().empty(), "there is something to send");
            proxy.sent();
        } else if (proxy.next() == step::receive) {
            std::size_t const wanted = proxy.wanted();
            require(wanted > 0 && wanted <= 512, "what is wanted is bounded");
            if (bytes.size() < wanted) return;
            proxy.received(std::string(bytes.substr(0, wanted)));
            bytes.remove_prefix(wanted);
        } else {
            return;
        }
    }
    require(false, "a handshake ends");
}

}  // namespace

void run(input in) {
    std::uint8_t const bits = in.byte();
    std::size_t const first = in.number(1, 30), second = in.number(1, 300);
    std::string const bytes(in.rest());
    auto const whole = ask(bytes, bytes.size(), bytes.size());
    auto const parts = ask(bytes, first, second);
    using step = wire::http_connect::step;
    require(shown(whole.reason) && shown(parts.reason), "a reason may be shown");
    // A tunnel begins with its reply's last byte; what comes with it, unasked, is known only to who has it.
    if (whole.step != step::failed) require(whole.step == parts.step, "the same tunnel");
    shake_hands(bytes, (bits & 1U) != 0);
}

}  // namespace oms::fuzz
