// SPDX-License-Identifier: BSL-1.0
#include "testing/tls_session.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>

#include <array>

namespace oms::testing {

namespace {

// What is preferred comes first, each behind its length.
constexpr std::string_view alpn_http_2 = "\2h2";
constexpr std::string_view alpn_both = "\2h2\10http/1.1";

int select_protocol(SSL*, unsigned char const** out, unsigned char* size, unsigned char const* offered,
                    unsigned int offered_size, void* spoken) {
    auto const& ours = *static_cast<std::string_view const*>(spoken);
    auto const* const names = reinterpret_cast<unsigned char const*>(ours.data());
    unsigned char* chosen = nullptr;
    int const found =
        SSL_select_next_proto(&chosen, size, names, static_cast<unsigned>(ours.size()), offered, offered_size);
    *out = chosen;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

ssl_ctx_ptr make_server_context(identity const& server, http_versions spoken) {
    ssl_ctx_ptr context(SSL_CTX_new(TLS_server_method()));
    if (!context) throw_openssl_error("TLS context");
    if (SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
        SSL_CTX_use_certificate(context.get(), server.certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context.get(), server.key.get()) != 1) {
        throw_openssl_error("TLS context");
    }
    // Tickets carry the sessions; a cache beside them would only grow.
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
    if (spoken != http_versions::http_1_1) {
        auto const& names = spoken == http_versions::http_2 ? alpn_http_2 : alpn_both;
        SSL_CTX_set_alpn_select_cb(context.get(), select_protocol, const_cast<std::string_view*>(&names));
    }
    return context;
}

tls_session::tls_session(SSL_CTX& context)
    : ssl_(SSL_new(&context)), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
    if (!ssl_ || !in_ || !out_) {
        BIO_free(in_);
        BIO_free(out_);
        throw_openssl_error("TLS session");
    }
    BIO_set_mem_eof_return(in_, -1);
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_accept_state(ssl_.get());
}

tls_session::state tls_session::receive(std::string_view bytes, std::string& plain) {
    ERR_clear_error();
    BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
    if (state_ == state::handshaking) {
        int const result = SSL_do_handshake(ssl_.get());
        if (result == 1) {
            state_ = state::open;
        } else if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) {
            state_ = state::closed;
        }
    }
    std::array<char, 16 * 1024> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): 16 KiB to fill for nothing
    while (state_ == state::open) {
        std::size_t size = 0;
        int const result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &size);
        if (result == 1) {
            plain.append(buffer.data(), size);
        } else if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ) {
            break;
        } else {
            state_ = state::closed;
        }
    }
    return state_;
}

std::string_view tls_session::protocol() const {
    unsigned char const* name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<char const*>(name), size};
}

void tls_session::send(std::string_view plain) {
    if (plain.empty()) return;
    ERR_clear_error();
    std::size_t size = 0;
    if (SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &size) != 1) throw_openssl_error("TLS write");
}

void tls_session::send_close_notify() {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
}

std::string_view tls_session::output() const {
    char* data = nullptr;
    auto const size = BIO_get_mem_data(out_, &data);
    return {data, static_cast<std::size_t>(size)};
}

void tls_session::clear_output() {
    BIO_reset(out_);
}

}  // namespace oms::testing
