// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_TLS_SESSION_HPP
#define OMS_TESTING_TLS_SESSION_HPP

// The server's side of TLS, without I/O: the connection moves the bytes, and so
// decides how they end: whole, cut, with or without a close_notify.

#include "testing/certificate.hpp"
#include "testing/session.hpp"

#include <oms/testing/options.hpp>

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
ssl_ctx_ptr make_server_context(identity const& server, http_versions spoken = http_versions::http_1_1);

class tls_session final : public session {
public:
    /// @throws std::runtime_error
    explicit tls_session(SSL_CTX& context);

    state receive(std::string_view bytes, std::string& plain) override;
    void send(std::string_view plain) override;
    void send_close_notify() override;
    std::string_view output() const override;
    void clear_output() override;
    bool established() const override { return SSL_is_init_finished(ssl_.get()) == 1; }
    bool resumed() const override { return SSL_session_reused(ssl_.get()) == 1; }
    std::string_view protocol() const override;

private:
    std::unique_ptr<SSL, openssl_deleter<SSL_free>> ssl_;
    BIO* in_ = nullptr;   // owned by ssl_
    BIO* out_ = nullptr;  // likewise
    state state_ = state::handshaking;
};

}  // namespace oms::testing

#endif
