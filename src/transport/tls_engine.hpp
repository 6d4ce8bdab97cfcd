// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_TLS_ENGINE_HPP
#define OMS_TRANSPORT_TLS_ENGINE_HPP

// TLS without I/O: ciphertext comes in as a span, goes out as a string. Two
// flat buffers in place of a pair of memory BIOs save a copy each way and
// 35 KiB a connection.

#include "policy/dial_fault.hpp"
#include "transport/protocol.hpp"
#include "transport/tls_context.hpp"

#include <oms/error.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace oms::transport {

/// Takes ciphertext where it arises, as much as it can: a copy less.
class tls_sink {
public:
    virtual std::size_t take(std::string_view ciphertext) noexcept = 0;

protected:
    ~tls_sink() = default;
};

class tls_engine {
public:
    /// @throws std::bad_alloc
    tls_engine(std::shared_ptr<tls_context> context, std::string host, bool address_literal, std::string peer,
               alpn offered = alpn::none);
    ~tls_engine();
    tls_engine(tls_engine const&) = delete;
    tls_engine& operator=(tls_engine const&) = delete;

    /// Gives ciphertext; it must live until `take_rest`.
    void feed(std::string_view ciphertext) noexcept;
    /// Keeps what was not consumed yet of what was fed.
    void take_rest();
    /// There may be more to read without more ciphertext.
    bool has_unread() const noexcept { return unread_ || !in_.empty(); }

    /// Ciphertext to send; the sender erases what it sent.
    std::string& output() noexcept { return out_; }

    /// `would_block` until done; then success.
    void handshake(error_code& ec) noexcept;
    /// `would_block`: more ciphertext is needed. `eof`: the peer said goodbye.
    std::size_t read(std::span<char> into, error_code& ec) noexcept;
    /// What `to` does not take goes into the output, and all does that comes behind something there.
    void write(std::string_view plain, error_code& ec, tls_sink* to = nullptr) noexcept;
    /// Says goodbye, into the output.
    void shutdown() noexcept;

    void trim() noexcept;

    bool resumed() const noexcept;
    /// What the peer has chosen of what it was offered.
    transport::protocol protocol() const noexcept;
    /// The one with which the peer ended the handshake, or the connection after it; `policy::no_alert`: none.
    int alert() const noexcept { return alert_; }
    /// After a failed handshake: host, certificate and roots, for people.
    std::string failure_text(error_code const& ec) const;

private:
    friend class tls_context;
    friend struct bio_callbacks;

    error_code classify(bool in_handshake) noexcept;
    error_code handshake_error(unsigned long reason) const noexcept;

    std::shared_ptr<tls_context> context_;
    std::string host_;
    std::string peer_;
    alpn const offered_;
    ssl_ptr ssl_;
    std::string_view in_;
    std::string rest_;
    std::string out_;
    tls_sink* sink_ = nullptr;  // while it writes
    // A peer that makes us answer and reads no answer would fill the memory.
    static constexpr std::size_t unread_answers = 16 * 1024;
    std::size_t answers_ = 0;  // that OpenSSL has put behind what is unsent
    bool unread_ = false;      // OpenSSL may hold more than the last read had room for, or records behind its own
    bool got_input_ = false;
    bool looks_like_tls_ = true;
    bool established_ = false;
    bool failed_ = false;
    int alert_ = policy::no_alert;

    // Of the certificate that verification refused.
    std::string refused_subject_;
    std::string refused_issuer_;
    std::string openssl_reason_;
};

}  // namespace oms::transport

#endif
