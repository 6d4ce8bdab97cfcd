// SPDX-License-Identifier: BSL-1.0
#include "transport/tls_context.hpp"

#include "transport/pem_certificates.hpp"
#include "transport/system_roots.hpp"
#include "transport/tls_engine.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace oms::transport {

namespace {

using key_ptr = openssl_ptr<EVP_PKEY, EVP_PKEY_free>;

tls_engine& engine_of(SSL const* ssl) noexcept {
    return *static_cast<tls_engine*>(SSL_get_app_data(ssl));
}

// -1: there is none.
int give_passphrase(char* buffer, int size, int /*writing*/, void* user) {
    auto const& ask = *static_cast<std::function<secret()> const*>(user);
    if (!ask) return -1;
    try {
        secret const phrase = ask();
        auto const text = phrase.reveal();
        if (text.size() > static_cast<std::size_t>(size)) return -1;
        std::memcpy(buffer, text.data(), text.size());
        return static_cast<int>(text.size());
    } catch (...) {  // must not pass through OpenSSL; the key cannot be read then
        return -1;
    }
}

// Of the suites that are allowed, by the system's configuration too, AES of 128 bits comes first: it is as strong as
// the keys that the handshake agrees on, and a request costs a third less to encrypt than with 256.
void prefer_aes_128(SSL_CTX* context) {
    std::vector<SSL_CIPHER const*> suites;  // of TLS 1.3
    auto const* const all = SSL_CTX_get_ciphers(context);
    for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
        auto const* const each = sk_SSL_CIPHER_value(all, i);
        if (std::string_view(SSL_CIPHER_get_version(each)) == "TLSv1.3") suites.push_back(each);
    }
    std::stable_partition(suites.begin(), suites.end(),
                          [](auto const* each) { return SSL_CIPHER_get_cipher_nid(each) == NID_aes_128_gcm; });
    std::string names;
    for (auto const* const each : suites)
        names.append(names.empty() ? "" : ":").append(SSL_CIPHER_get_name(each));
    if (!names.empty() && SSL_CTX_set_ciphersuites(context, names.c_str()) != 1) throw std::bad_alloc();
}

// Each name behind its length (RFC 7301, section 3.1).
bool offer(SSL* ssl, alpn offered) noexcept {
    static constexpr unsigned char names[] = "\x02h2\x08http/1.1";
    constexpr unsigned http_2_alone = 3;
    constexpr unsigned both = sizeof names - 1;
    return SSL_set_alpn_protos(ssl, names, offered == alpn::http_2 ? http_2_alone : both) == 0;
}

}  // namespace

// The handles' way to the engine's buffers.
struct bio_callbacks {
    static int write(BIO* bio, char const* data, std::size_t size, std::size_t* written) noexcept {
        auto& engine = *static_cast<tls_engine*>(BIO_get_data(bio));
        std::size_t taken = 0;
        if (engine.sink_ != nullptr && engine.out_.empty()) taken = engine.sink_->take({data, size});
        if (taken < size) {
            try {
                engine.out_.append(data + taken, size - taken);
            } catch (std::bad_alloc const&) {
                return 0;
            }
        }
        *written = size;
        return 1;
    }

    static int read(BIO* bio, char* data, std::size_t size, std::size_t* got) noexcept {
        auto& in = static_cast<tls_engine*>(BIO_get_data(bio))->in_;
        BIO_clear_retry_flags(bio);
        if (in.empty()) {
            BIO_set_retry_read(bio);
            return 0;
        }
        *got = std::min(size, in.size());
        std::memcpy(data, in.data(), *got);
        in.remove_prefix(*got);
        return 1;
    }

    static long ctrl(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) noexcept {
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }

    static int create(BIO* bio) noexcept {
        BIO_set_init(bio, 1);
        return 1;
    }

    static int on_new_session(SSL* ssl, SSL_SESSION* session) noexcept {
        auto& engine = engine_of(ssl);
        engine.context_->remember(engine.peer_, session);
        return 0;  // a copy was kept, not the session itself
    }

    // What is no goodbye and ends the connection, as OpenSSL sees it.
    static void on_event(SSL const* ssl, int where, int alert) noexcept {
        if (where != SSL_CB_READ_ALERT) return;
        int const description = alert & 0xFF;
        bool const harmless = description == SSL_AD_CLOSE_NOTIFY || description == SSL_AD_USER_CANCELLED;
        bool const fatal = alert >> 8 == SSL3_AL_FATAL || (SSL_version(ssl) == TLS1_3_VERSION && !harmless);
        if (fatal) engine_of(ssl).alert_ = description;
    }

    static int verify(int ok, X509_STORE_CTX* store) noexcept {
        auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
        if (ssl == nullptr) {  // there was no memory to note it
            X509_STORE_CTX_set_error(store, X509_V_ERR_OUT_OF_MEM);
            return 0;
        }
        auto& engine = engine_of(ssl);
        X509* cert = X509_STORE_CTX_get_current_cert(store);
        if (ok == 1 && X509_STORE_CTX_get_error_depth(store) == 0 && !engine.context_->pinned(cert)) {
            X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
            ok = 0;
        }
        if (ok != 1 && cert != nullptr) {
            char name[512];
            try {
                engine.refused_subject_ = X509_NAME_oneline(X509_get_subject_name(cert), name, sizeof name);
                engine.refused_issuer_ = X509_NAME_oneline(X509_get_issuer_name(cert), name, sizeof name);
            } catch (std::bad_alloc const&) {
                engine.refused_subject_.clear();
            }
        }
        return ok;
    }
};

bool trusts_system(tls_options const& options) noexcept {
    return options.system_roots.value_or(options.ca_file.empty() && options.ca_pem.empty());
}

tls_context::tls_context(tls_options const& options) : tls_context(options, places_of_environment()) {}

tls_context::tls_context(tls_options const& options, system_places const& system) : resume_(options.resume_sessions) {
    ERR_clear_error();
    ctx_.reset(SSL_CTX_new(TLS_client_method()));
    // Without a number of its own, as nobody looks for it: a process has 127 for all its libraries.
    bio_method_.reset(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "oms"));
    if (!ctx_ || !bio_method_) throw std::bad_alloc();
    BIO_meth_set_write_ex(bio_method_.get(), &bio_callbacks::write);
    BIO_meth_set_read_ex(bio_method_.get(), &bio_callbacks::read);
    BIO_meth_set_ctrl(bio_method_.get(), &bio_callbacks::ctrl);
    BIO_meth_set_create(bio_method_.get(), &bio_callbacks::create);

    SSL_CTX_set_min_proto_version(ctx_.get(), TLS1_2_VERSION);
    // RSA of 2048 bits at least; some systems ask for less by default.
    SSL_CTX_set_security_level(ctx_.get(), std::max(SSL_CTX_get_security_level(ctx_.get()), 2));
    prefer_aes_128(ctx_.get());
    SSL_CTX_set_options(ctx_.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(ctx_.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // What has come at once, and not each record's header by itself.
    SSL_CTX_set_read_ahead(ctx_.get(), 1);
    SSL_CTX_set_max_send_fragment(ctx_.get(), tls_context::sent_record);
    SSL_CTX_set_info_callback(ctx_.get(), &bio_callbacks::on_event);
    SSL_CTX_set_session_cache_mode(ctx_.get(),
                                   resume_ ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL : SSL_SESS_CACHE_OFF);
    if (resume_) SSL_CTX_sess_set_new_cb(ctx_.get(), &bio_callbacks::on_new_session);

    load_pins(options);
    load_identity(options);
    if (options.verification_disabled()) {
        SSL_CTX_set_verify(ctx_.get(), SSL_VERIFY_NONE, nullptr);
        roots_ = "none (verification is disabled)";
    } else {
        SSL_CTX_set_verify(ctx_.get(), SSL_VERIFY_PEER, &bio_callbacks::verify);
        load_roots(options, system);
    }
}

tls_context::~tls_context() = default;

void tls_context::load_roots(tls_options const& options, system_places const& system) {
    if (!options.ca_file.empty()) {
        if (!add_roots(ctx_.get(), file_bio(options.ca_file).get())) {
            throw config_error("tls.ca_file", "cannot load roots from \"" + options.ca_file + "\" (" + openssl_text() +
                                                  "); give a readable PEM file of certificates");
        }
        roots_ = options.ca_file;
    }
    if (!options.ca_pem.empty()) {
        if (!add_roots(ctx_.get(), memory_bio(options.ca_pem).get())) {
            throw config_error("tls.ca_pem", "holds no certificate that can be read (" + openssl_text() +
                                                 "); give PEM text of certificates");
        }
        roots_ += roots_.empty() ? "tls.ca_pem" : ", tls.ca_pem";
    }
    if (options.trust_intermediates) {
        X509_STORE_set_flags(SSL_CTX_get_cert_store(ctx_.get()), X509_V_FLAG_PARTIAL_CHAIN);
    }
    if (trusts_system(options)) trust_system(system);
    if (roots_.empty()) {
        throw config_error("tls.system_roots",
                           "no root is trusted; leave it unset, set it to true, or give tls.ca_file or tls.ca_pem");
    }
    read_roots(ctx_.get());
}

void tls_context::trust_system(system_places const& places) {
    system_ = std::make_unique<system_roots>(places);
    if (!system_->serve(ctx_.get())) {
        throw config_error("tls.system_roots", "cannot load the system's roots (" + openssl_text() + ")");
    }
    if (!roots_.empty()) roots_ += ", ";
    roots_ += "the system's roots";
    if (system_->none()) roots_ += " (there are none: install ca-certificates, or give tls.ca_file)";
}

void tls_context::load_identity(tls_options const& options) {
    bool const has_cert = !options.certificate_file.empty() || !options.certificate_pem.empty();
    bool const has_key = !options.private_key_file.empty() || !options.private_key_pem.empty();
    if (has_cert != has_key) {
        throw config_error(has_cert ? "tls.private_key_file" : "tls.certificate_file",
                           "a client certificate and its private key are needed together");
    }
    if (!has_cert) return;

    auto ask = options.passphrase;
    SSL_CTX_set_default_passwd_cb(ctx_.get(), &give_passphrase);
    SSL_CTX_set_default_passwd_cb_userdata(ctx_.get(), &ask);
    bool const cert_from_file = !options.certificate_file.empty();
    if (!use_chain(ctx_.get(),
                   cert_from_file ? file_bio(options.certificate_file) : memory_bio(options.certificate_pem))) {
        std::string const why = " (" + openssl_text() + "); give a PEM chain, leaf first";
        if (cert_from_file) {
            throw config_error("tls.certificate_file", "cannot load \"" + options.certificate_file + "\"" + why);
        }
        throw config_error("tls.certificate_pem", "cannot be read" + why);
    }
    bool const from_file = !options.private_key_file.empty();
    auto const pem = from_file ? file_bio(options.private_key_file) : memory_bio(options.private_key_pem.reveal());
    key_ptr const key{pem ? PEM_read_bio_PrivateKey(pem.get(), nullptr, &give_passphrase, &ask) : nullptr};
    bool const ok = key && SSL_CTX_use_PrivateKey(ctx_.get(), key.get()) == 1;
    if (!ok || SSL_CTX_check_private_key(ctx_.get()) != 1) {
        throw config_error(from_file ? "tls.private_key_file" : "tls.private_key_pem",
                           "cannot be read or does not belong to the certificate (" + openssl_text() +
                               "); for an encrypted key set tls.passphrase");
    }
    SSL_CTX_set_default_passwd_cb_userdata(ctx_.get(), nullptr);
}

void tls_context::load_pins(tls_options const& options) {
    for (std::string const& pin : options.pinned_public_keys) {
        std::string& raw = pins_.emplace_back(pin.size(), '\0');
        int const n = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(raw.data()),
                                      reinterpret_cast<unsigned char const*>(pin.data()), static_cast<int>(pin.size()));
        if (pin.size() != 44 || !pin.ends_with('=') || pin.ends_with("==") || n != 33) {
            throw config_error("tls.pinned_public_keys",
                               "\"" + pin + "\" is not the base64 of a SHA-256 (44 characters)");
        }
        raw.resize(32);
    }
}

bool tls_context::has_file_of_system() const noexcept {
    return system_ != nullptr && system_->any_in_file();
}

bool tls_context::pinned(X509* leaf) const {
    if (pins_.empty()) return true;
    unsigned char* der = nullptr;
    int const size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &der);
    if (size <= 0) return false;
    unsigned char digest[32];
    unsigned int digest_size = 0;
    bool const ok = EVP_Digest(der, static_cast<std::size_t>(size), digest, &digest_size, EVP_sha256(), nullptr) == 1;
    OPENSSL_free(der);
    std::string_view const found(reinterpret_cast<char const*>(digest), sizeof digest);
    return ok && std::find(pins_.begin(), pins_.end(), found) != pins_.end();
}

bool tls_context::peer_is_pinned(SSL const* ssl) const {
    if (pins_.empty() || SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE) return true;
    X509* const leaf = SSL_get0_peer_certificate(ssl);
    return leaf != nullptr && pinned(leaf);
}

ssl_ptr tls_context::new_client(std::string const& host, bool address_literal, std::string const& peer, alpn offered) {
    ERR_clear_error();
    ssl_ptr ssl{SSL_new(ctx_.get())};
    if (!ssl) return nullptr;
    SSL_set_connect_state(ssl.get());
    // It makes the record layer anew, and says in no other way that there was no memory for that.
    if (ERR_peek_error() != 0) return nullptr;
    if (address_literal) {
        if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()) != 1) return nullptr;
    } else {
        // A dot at the end is for resolvers; certificates and SNI have none (RFC 6066, section 3).
        std::string const name = host.substr(0, host.ends_with('.') ? host.size() - 1 : host.size());
        SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        if (SSL_set1_host(ssl.get(), name.c_str()) != 1 || SSL_set_tlsext_host_name(ssl.get(), name.c_str()) != 1) {
            return nullptr;
        }
    }
    if (offered != alpn::none && !offer(ssl.get(), offered)) return nullptr;
    if (resume_) {
        std::lock_guard const lock(mutex_);
        auto const found = sessions_.find(peer);
        if (found != sessions_.end()) {
            // A copy each: a connection that ends badly spoils the very object that it resumed.
            session_ptr const copy{SSL_SESSION_dup(found->second.get())};
            if (copy) SSL_set_session(ssl.get(), copy.get());
        }
    }
    return ssl;
}

void tls_context::remember(std::string const& peer, SSL_SESSION* session) noexcept {
    session_ptr copy{SSL_SESSION_dup(session)};
    if (!copy) return;
    try {
        std::lock_guard const lock(mutex_);
        sessions_[peer].swap(copy);
    } catch (...) {  // no memory: the next handshake is a full one
    }
}

void tls_context::forget(std::string const& peer) noexcept {
    session_ptr old;
    std::lock_guard const lock(mutex_);
    auto const found = sessions_.find(peer);
    if (found != sessions_.end()) {
        old = std::move(found->second);
        sessions_.erase(found);
    }
}

}  // namespace oms::transport
