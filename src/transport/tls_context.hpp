// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_TLS_CONTEXT_HPP
#define OMS_TRANSPORT_TLS_CONTEXT_HPP

// Whom a client trusts, who it is, and which sessions it can resume: shared by
// all its connections, until the files behind it change.

#include "transport/openssl_ptr.hpp"
#include "transport/protocol.hpp"

#include <oms/config.hpp>

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace oms::transport {

class system_roots;
struct system_places;

using ssl_ptr = openssl_ptr<SSL, SSL_free>;
using session_ptr = openssl_ptr<SSL_SESSION, SSL_SESSION_free>;

/// Whether the system's roots count.
bool trusts_system(tls_options const& options) noexcept;

class tls_context {
public:
    /// What is sent in one record at most: a request with a token of the usual size. OpenSSL keeps as much room for
    /// each connection in use.
    static constexpr std::size_t sent_record = 8 * 1024;

    /// @throws config_error    names the option that is wrong
    /// @throws std::bad_alloc
    explicit tls_context(tls_options const& options);
    tls_context(tls_options const& options, system_places const& system);
    ~tls_context();
    tls_context(tls_context const&) = delete;
    tls_context& operator=(tls_context const&) = delete;

    /// A handle in client mode that verifies `host` and resumes an earlier
    /// session with `peer` ("host:port") where there is one. Null: no memory.
    ssl_ptr new_client(std::string const& host, bool address_literal, std::string const& peer,
                       alpn offered = alpn::none);

    /// The I/O method through which the handles reach their owner's buffers.
    BIO_METHOD const* bio_method() const noexcept { return bio_method_.get(); }

    /// For messages: which roots are trusted.
    std::string const& roots() const noexcept { return roots_; }

    /// The system's file of roots counts, and has some.
    bool has_file_of_system() const noexcept;

    bool pinned(X509* leaf) const;
    /// After a handshake: whether the peer's key is pinned, where nobody looked during the verification.
    bool peer_is_pinned(SSL const* ssl) const;

    void remember(std::string const& peer, SSL_SESSION* session) noexcept;
    void forget(std::string const& peer) noexcept;

private:
    void load_roots(tls_options const&, system_places const&);
    void trust_system(system_places const&);
    void load_identity(tls_options const&);
    void load_pins(tls_options const&);

    std::unique_ptr<system_roots> system_;  // null: they do not count
    openssl_ptr<SSL_CTX, SSL_CTX_free> ctx_;
    openssl_ptr<BIO_METHOD, BIO_meth_free> bio_method_;
    std::string roots_;
    std::vector<std::string> pins_;  // raw SHA-256
    bool resume_;

    std::mutex mutex_;
    std::unordered_map<std::string, session_ptr> sessions_;
};

}  // namespace oms::transport

#endif
