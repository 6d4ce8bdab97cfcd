// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_SOCKS_HPP
#define OMS_WIRE_SOCKS_HPP

/// @file
/// What a client says to a SOCKS 5 proxy to have a tunnel (RFC 1928, RFC 1929), and what it hears. Pure: it names the
/// bytes to send and how many to read, and is told what came.

#include <oms/detail/secret.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oms::wire {

class socks_handshake {
public:
    /// What is to be done next.
    enum class step : std::uint8_t {
        send,     ///< `output()`, whole; then `sent()`.
        receive,  ///< `wanted()` bytes, and none beyond them; then `received()`.
        done,     ///< There is a tunnel.
        denied,   ///< The proxy wants another credential.
        failed,   ///< There is none: `reason()`.
    };

    /// @param target    A name, which the proxy looks up, or an address in digits; 1–255 bytes.
    /// @param user      1–255 bytes; empty: none.
    /// @param password  At most 255 bytes.
    socks_handshake(std::string_view target, std::uint16_t port, secret user = {}, secret password = {});

    step next() const noexcept { return next_; }
    std::string_view output() const noexcept { return output_.reveal(); }
    std::size_t wanted() const noexcept { return wanted_; }
    /// For people: nothing of what the proxy sent.
    std::string_view reason() const noexcept { return reason_; }
    /// What it sent was no such reply.
    bool malformed() const noexcept { return malformed_; }

    void sent() noexcept;
    /// @param bytes  As many as were wanted.
    void received(std::string_view bytes);

private:
    enum class reply : std::uint8_t { method, login, head, bound };

    void send(std::string&& text, reply then, std::size_t size);
    void send_login();
    void send_request();
    void fail(std::string_view reason, bool malformed = false) noexcept;
    void on_method(std::string_view bytes);
    void on_head(std::string_view bytes) noexcept;

    std::string const target_;
    std::uint16_t const port_;
    secret user_;
    secret password_;
    secret output_;  // it may hold the password
    std::size_t wanted_ = 0;
    reply awaited_ = reply::method;
    step next_ = step::send;
    bool malformed_ = false;
    std::string_view reason_;
};

}  // namespace oms::wire

#endif
