// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_TLS_SESSION_HPP
#define OMS_TESTING_TLS_SESSION_HPP

// The server's side of TLS, without I/O: the connection moves the bytes, and so
// decides how they end: whole, cut, with or without a close_notify.

#include "testing/certificate.hpp"

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace oms::testing {

using ssl_ctx_ptr = std::unique_ptr<SSL_CTX, openssl_deleter<SSL_CTX_free>>;

/// TLS 1.2 and 1.3 with session tickets; shared by all threads.
/// @throws std::runtime_error
ssl_ctx_ptr make_server_context(identity const& server);

class tls_session {
public:
    enum class state { handshaking, open, closed };

    /// @throws std::runtime_error
    explicit tls_session(SSL_CTX& context);

    /// Takes ciphertext; appends the plain text that is in it. `closed`: the
    /// peer said goodbye, or broke the protocol; an alert is in the output then.
    state receive(std::string_view ciphertext, std::string& plain);
    /// Appends to the output. Only while open.
    void send(std::string_view plain);
    /// Appends a close_notify to the output.
    void send_close_notify();

    /// Ciphertext to send.
    std::string_view output() const;
    void clear_output();

    bool established() const { return SSL_is_init_finished(ssl_.get()) == 1; }
    bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

private:
    std::unique_ptr<SSL, openssl_deleter<SSL_free>> ssl_;
    BIO* in_ = nullptr;   // owned by ssl_
    BIO* out_ = nullptr;  // likewise
    state state_ = state::handshaking;
};

}  // namespace oms::testing

#endif
