// SPDX-License-Identifier: BSL-1.0
#include "testing/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <stdexcept>
#include <utility>

namespace oms::testing {

namespace {

using bio_ptr = std::unique_ptr<BIO, openssl_deleter<BIO_free_all>>;

void check(bool good, char const* what) {
    if (!good) throw_openssl_error(what);
}

unsigned char const* as_bytes(std::string const& text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

void set_serial(X509& certificate) {
    std::uint64_t serial = 0;
    check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) == 1, "serial number");
    check(ASN1_INTEGER_set_uint64(X509_get_serialNumber(&certificate), serial >> 1 | 1) == 1, "serial number");
}

void add_extension(X509& certificate, X509& issuer, int nid, char const* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
    std::unique_ptr<X509_EXTENSION, openssl_deleter<X509_EXTENSION_free>> const extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    check(extension && X509_add_ext(&certificate, extension.get(), -1) == 1, value);
}

pkey_ptr make_key(certificate_request const& request) {
    return pkey_ptr(request.rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(request.rsa_bits));
}

// Everything but the extensions and the signature.
identity make_unsigned(certificate_request const& request, pkey_ptr key) {
    identity made{x509_ptr(X509_new()), std::move(key)};
    check(made.certificate && made.key, "key");
    X509& certificate = *made.certificate;
    check(X509_set_version(&certificate, X509_VERSION_3) == 1, "version");
    set_serial(certificate);
    check(X509_gmtime_adj(X509_getm_notBefore(&certificate), request.valid_from) != nullptr, "time");
    check(X509_gmtime_adj(X509_getm_notAfter(&certificate), request.valid_until) != nullptr, "time");
    check(X509_NAME_add_entry_by_txt(X509_get_subject_name(&certificate), "CN", MBSTRING_UTF8,
                                     as_bytes(request.common_name), static_cast<int>(request.common_name.size()), -1,
                                     0) == 1,
          "subject");
    check(X509_set_pubkey(&certificate, made.key.get()) == 1, "public key");
    return made;
}

identity make_authority(std::string const& common_name, pkey_ptr key) {
    certificate_request request;
    request.common_name = common_name;
    identity made = make_unsigned(request, std::move(key));
    X509& certificate = *made.certificate;
    add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
    return made;
}

void add_server_extensions(X509& certificate, X509& issuer, certificate_request const& request) {
    add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(certificate, issuer, NID_ext_key_usage, request.extended_usage.c_str());
    add_extension(certificate, issuer, NID_subject_alt_name, request.alternative_names.c_str());
    add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
}

void sign(identity& subject, X509& issuer, EVP_PKEY& key) {
    check(X509_set_issuer_name(subject.certificate.get(), X509_get_subject_name(&issuer)) == 1, "issuer");
    add_extension(*subject.certificate, issuer, NID_authority_key_identifier, "keyid:always");
    check(X509_sign(subject.certificate.get(), &key, EVP_sha256()) > 0, "signature");
}

std::string text_of(BIO& bio) {
    char* data = nullptr;
    auto const size = BIO_get_mem_data(&bio, &data);
    return std::string(data, static_cast<std::size_t>(size));
}

identity sign_itself(identity root) {
    sign(root, *root.certificate, *root.key);
    return root;
}

}  // namespace

void throw_openssl_error(char const* what) {
    char reason[256] = "unknown";
    if (auto const code = ERR_get_error()) ERR_error_string_n(code, reason, sizeof(reason));
    ERR_clear_error();
    throw std::runtime_error(std::string("oms simulator: ") + what + ": " + reason);
}

identity make_root(std::string const& common_name) {
    return sign_itself(make_authority(common_name, make_key({})));
}

identity make_root_of_key(std::string const& key_pem) {
    bio_ptr const bio(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
    pkey_ptr key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    check(key != nullptr, "the root's key");
    return sign_itself(make_authority("oms simulator root", std::move(key)));
}

identity make_intermediate(identity const& root, std::string const& common_name) {
    identity made = make_authority(common_name, make_key({}));
    sign(made, *root.certificate, *root.key);
    return made;
}

identity make_server(identity const& root, certificate_request const& request) {
    identity server = make_unsigned(request, make_key(request));
    add_server_extensions(*server.certificate, *root.certificate, request);
    sign(server, *root.certificate, *root.key);
    return server;
}

identity make_self_signed(certificate_request const& request) {
    identity server = make_unsigned(request, make_key(request));
    X509& certificate = *server.certificate;
    add_server_extensions(certificate, certificate, request);
    sign(server, certificate, *server.key);
    return server;
}

std::string to_pem(X509& certificate) {
    bio_ptr const bio(BIO_new(BIO_s_mem()));
    check(bio && PEM_write_bio_X509(bio.get(), &certificate) == 1, "PEM");
    return text_of(*bio);
}

std::string to_pem(EVP_PKEY& key) {
    bio_ptr const bio(BIO_new(BIO_s_mem()));
    check(bio && PEM_write_bio_PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "PEM");
    return text_of(*bio);
}

}  // namespace oms::testing
