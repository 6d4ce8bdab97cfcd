// SPDX-License-Identifier: BSL-1.0
#include "transport/tls_engine.hpp"

#include <boost/asio/error.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <new>

namespace oms::transport {

namespace {

errc verification_error(long result) noexcept {
    switch (result) {
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return errc::certificate_self_signed;
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_CERT_UNTRUSTED:
            return errc::certificate_untrusted;
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return errc::certificate_expired;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return errc::certificate_not_yet_valid;
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return errc::certificate_host_mismatch;
        case X509_V_ERR_INVALID_PURPOSE:
            return errc::certificate_wrong_usage;
        case X509_V_ERR_EE_KEY_TOO_SMALL:
        case X509_V_ERR_CA_KEY_TOO_SMALL:
        case X509_V_ERR_CA_MD_TOO_WEAK:
            return errc::certificate_weak;
        case X509_V_ERR_OUT_OF_MEM:
            return errc::out_of_memory;
        case X509_V_ERR_APPLICATION_VERIFICATION:
            return errc::certificate_pin_mismatch;
        default:
            return errc::certificate_rejected;
    }
}

}  // namespace

tls_engine::tls_engine(std::shared_ptr<tls_context> context, std::string host, bool address_literal, std::string peer,
                       alpn offered)
    : context_(std::move(context)), host_(std::move(host)), peer_(std::move(peer)), offered_(offered) {
    ssl_ = context_->new_client(host_, address_literal, peer_, offered_);
    BIO* bio = ssl_ ? BIO_new(context_->bio_method()) : nullptr;
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, this);
    SSL_set_bio(ssl_.get(), bio, bio);
    if (SSL_set_app_data(ssl_.get(), this) != 1) throw std::bad_alloc();
}

tls_engine::~tls_engine() {
    // A healthy session stays resumable only where its connection looks closed.
    if (established_ && !failed_) SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

void tls_engine::feed(std::string_view ciphertext) noexcept {
    if (!got_input_ && !ciphertext.empty()) {
        got_input_ = true;
        looks_like_tls_ = ciphertext[0] == 0x16 || ciphertext[0] == 0x15;  // handshake or alert
    }
    in_ = ciphertext;
}

void tls_engine::take_rest() {
    if (in_.empty()) {
        rest_.clear();
        return;
    }
    std::string rest(in_);
    rest_.swap(rest);
    in_ = rest_;
}

void tls_engine::handshake(error_code& ec) noexcept {
    int const result = SSL_do_handshake(ssl_.get());
    if (result != 1) {
        ec = classify(true);
    } else if (!context_->peer_is_pinned(ssl_.get())) {
        failed_ = true;
        ec = errc::certificate_pin_mismatch;
    } else if (offered_ == alpn::http_2 && protocol() != transport::protocol::http_2) {
        failed_ = true;
        ec = errc::peer_not_http2;
    } else {
        established_ = true;
        unread_ = SSL_has_pending(ssl_.get()) == 1;
        alert_ = policy::no_alert;  // it was a warning
        ec.clear();
    }
}

std::size_t tls_engine::read(std::span<char> into, error_code& ec) noexcept {
    if (!has_unread()) {
        ec = boost::asio::error::would_block;
        return 0;
    }
    std::size_t got = 0;
    std::size_t const unsent = out_.size();
    int const result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &got);
    unread_ = result == 1 && (got == into.size() || SSL_has_pending(ssl_.get()) == 1);
    // OpenSSL answers some records by itself, a wish for another handshake with a refusal.
    answers_ = unsent == 0 ? out_.size() : answers_ + (out_.size() - unsent);
    if (answers_ > unread_answers) {
        failed_ = true;
        ec = errc::malformed_reply;
        return 0;
    }
    if (result == 1) {
        ec.clear();
        return got;
    }
    ec = classify(false);
    return 0;
}

void tls_engine::write(std::string_view plain, error_code& ec, tls_sink* to) noexcept {
    std::size_t written = 0;
    // Of several records each would be sent by itself.
    sink_ = plain.size() <= tls_context::sent_record ? to : nullptr;
    int const result = SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &written);
    sink_ = nullptr;
    if (result == 1) {
        ec.clear();
    } else {
        ec = classify(false);
        // The output never blocks, so a write that wants anything is broken.
        if (ec == boost::asio::error::would_block) ec = errc::connection_lost;
    }
}

void tls_engine::shutdown() noexcept {
    if (!established_ || failed_) return;
    SSL_shutdown(ssl_.get());
}

void tls_engine::trim() noexcept {
    // A record that is lost breaks all that follow it: OpenSSL may have answered something while it read.
    if (out_.empty()) out_ = {};
    if (in_.empty()) rest_ = {};
    SSL_free_buffers(ssl_.get());
}

bool tls_engine::resumed() const noexcept {
    return SSL_session_reused(ssl_.get()) == 1;
}

transport::protocol tls_engine::protocol() const noexcept {
    unsigned char const* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    bool const http_2 = std::string_view(reinterpret_cast<char const*>(name), size) == "h2";
    return http_2 ? transport::protocol::http_2 : transport::protocol::http_1_1;
}

// Asks the handle itself in place of SSL_get_error, which looks at the whole
// error queue of the thread, and would need it emptied before each operation.
// What failed has put its own error last, and takes the queue away with it;
// a goodbye has put none, and what is there is not ours: alerts are told by
// the handle, too.
// A handle goes on wanting to read after it failed: only the wish that our
// input could not grant means that there is more to come.
error_code tls_engine::classify(bool in_handshake) noexcept {
    if (SSL_want_read(ssl_.get()) && BIO_should_read(SSL_get_rbio(ssl_.get()))) return boost::asio::error::would_block;
    bool const goodbye = (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0 && alert_ == policy::no_alert;
    if (goodbye && !in_handshake) return boost::asio::error::eof;
    failed_ = true;
    // For want of memory a root is not found, either: whoever lacked it has said so before.
    unsigned long last = 0;
    bool memory_is_missing = false;
    while (unsigned long const each = ERR_get_error()) {
        last = each;
        memory_is_missing = memory_is_missing || ERR_GET_REASON(each) == ERR_R_MALLOC_FAILURE;
    }
    try {
        char const* reason = ERR_reason_error_string(last);
        openssl_reason_ = reason != nullptr ? reason : "";
    } catch (std::bad_alloc const&) {
        openssl_reason_.clear();
    }
    if (goodbye) return errc::handshake_truncated;
    if (!in_handshake) return errc::connection_lost;
    return memory_is_missing ? error_code(errc::out_of_memory) : handshake_error(last);
}

error_code tls_engine::handshake_error(unsigned long reason) const noexcept {
    if (!looks_like_tls_) return errc::peer_not_tls;
    if (ERR_GET_LIB(reason) != ERR_LIB_SSL) return errc::handshake_failed;
    switch (ERR_GET_REASON(reason)) {
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            return verification_error(SSL_get_verify_result(ssl_.get()));
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        case SSL_R_WRONG_SSL_VERSION:
        case SSL_R_WRONG_VERSION_NUMBER:
            return errc::tls_version_unsupported;
        case SSL_R_EE_KEY_TOO_SMALL:
        case SSL_R_CA_KEY_TOO_SMALL:
        case SSL_R_CA_MD_TOO_WEAK:
        case SSL_R_DH_KEY_TOO_SMALL:
            return errc::certificate_weak;
        default:
            return errc::handshake_failed;
    }
}

std::string tls_engine::failure_text(error_code const& ec) const {
    std::string text = peer_ + ": " + ec.message();
    if (!refused_subject_.empty()) {
        text += "; certificate of \"" + refused_subject_ + "\", issued by \"" + refused_issuer_ + "\"";
    }
    if (!openssl_reason_.empty()) text += "; OpenSSL: " + openssl_reason_;
    if (ec == errc::certificate_host_mismatch && host_.find('_') < host_.find('.')) {
        text += "; no wildcard matches a label with an underscore, which is no part of host names";
    }
    // Found among the roots, and its own issuer nowhere.
    if (ec == errc::certificate_untrusted &&
        SSL_get_verify_result(ssl_.get()) == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT) {
        text +=
            "; the chain ends in a certificate that is trusted but no root: tls.trust_intermediates takes it for one";
    }
    return text + "; trusted: " + context_->roots();
}

}  // namespace oms::transport
