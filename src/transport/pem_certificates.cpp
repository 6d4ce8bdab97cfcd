// SPDX-License-Identifier: BSL-1.0
#include "transport/pem_certificates.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstdio>
#include <new>
#include <system_error>

namespace oms::transport {

namespace {

using x509_ptr = openssl_ptr<X509, X509_free>;

void free_infos(STACK_OF(X509_INFO) * all) noexcept {
    sk_X509_INFO_pop_free(all, X509_INFO_free);
}

}  // namespace

bool memory_was_missing() noexcept {
    bool missing = false;
    while (unsigned long const each = ERR_get_error())
        missing = missing || ERR_GET_REASON(each) == ERR_R_MALLOC_FAILURE;
    return missing;
}

void expect_memory() {
    if (memory_was_missing()) throw std::bad_alloc();
}

std::string openssl_text() {
    unsigned long const code = ERR_peek_last_error();
    expect_memory();
    char const* const reason = ERR_reason_error_string(code);  // of the system's errors it knows none
    std::string text = ERR_SYSTEM_ERROR(code) ? std::generic_category().message(ERR_GET_REASON(code))
                       : reason != nullptr    ? reason
                                              : "unknown error";
    return text;
}

bio_ptr memory_bio(std::string_view text) {
    return bio_ptr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

bio_ptr file_bio(std::string const& path) {
    std::FILE* const file = std::fopen(path.c_str(), "rbe");
    if (file == nullptr) {
        if (errno == ENOMEM) throw std::bad_alloc();
        ERR_raise(ERR_LIB_SYS, errno);
        return nullptr;
    }
    return bio_ptr(BIO_new_fp(file, BIO_CLOSE));
}

bool is_whole(X509* certificate) noexcept {
    EVP_PKEY* const key = X509_get0_pubkey(certificate);
    return key != nullptr && EVP_PKEY_get_security_bits(key) > 0 && X509_check_purpose(certificate, -1, 0) == 1;
}

bool is_doubtful(X509* certificate) noexcept {
    return (X509_get_extension_flags(certificate) & (EXFLAG_SI | EXFLAG_SS)) == EXFLAG_SI;
}

namespace {

// Has all of it read. Of a part that lacked memory nobody is told: what is wrong twice is so.
void read_whole(X509* certificate) {
    bool const whole = is_whole(certificate);
    if (whole && !is_doubtful(certificate)) return;
    x509_ptr const again{X509_dup(certificate)};
    if (!again || is_whole(again.get()) != whole || is_doubtful(again.get()) != is_doubtful(certificate)) {
        throw std::bad_alloc();
    }
}

}  // namespace

bool add_roots(SSL_CTX* ctx, BIO* pem) {
    using info_list = openssl_ptr<STACK_OF(X509_INFO), free_infos>;
    info_list const found{pem != nullptr ? PEM_X509_INFO_read_bio(pem, nullptr, nullptr, nullptr) : nullptr};
    if (!found) return false;
    bool any = false;
    for (int i = 0; i < sk_X509_INFO_num(found.get()); ++i) {
        X509_INFO const& each = *sk_X509_INFO_value(found.get(), i);
        X509_STORE* const store = SSL_CTX_get_cert_store(ctx);
        if (each.crl != nullptr && X509_STORE_add_crl(store, each.crl) != 1) return false;
        if (each.x509 == nullptr) continue;
        if (X509_STORE_add_cert(store, each.x509) != 1) return false;
        any = true;
    }
    return any;
}

bool use_chain(SSL_CTX* ctx, bio_ptr const& pem) {
    x509_ptr const leaf{pem ? PEM_read_bio_X509_AUX(pem.get(), nullptr, nullptr, nullptr) : nullptr};
    if (leaf) read_whole(leaf.get());
    if (!leaf || SSL_CTX_use_certificate(ctx, leaf.get()) != 1) return false;
    while (x509_ptr next{PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr)}) {
        if (SSL_CTX_add0_chain_cert(ctx, next.get()) != 1) return false;
        static_cast<void>(next.release());
    }
    // Else one is cut, perhaps as it is still being written.
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return false;
    ERR_clear_error();  // the end of the text
    return true;
}

void read_roots(SSL_CTX* ctx) {
    auto* const all = X509_STORE_get0_objects(SSL_CTX_get_cert_store(ctx));
    for (int i = 0; i < sk_X509_OBJECT_num(all); ++i) {
        X509* const each = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i));
        if (each != nullptr) read_whole(each);
    }
    expect_memory();  // one that is malformed is of no use, as before
}

}  // namespace oms::transport
