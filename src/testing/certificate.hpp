// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_CERTIFICATE_HPP
#define OMS_TESTING_CERTIFICATE_HPP

// Certificates made in memory: a root and what it signs.

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace oms::testing {

template <auto Free>
struct openssl_deleter {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
using x509_ptr = std::unique_ptr<X509, openssl_deleter<X509_free>>;
using pkey_ptr = std::unique_ptr<EVP_PKEY, openssl_deleter<EVP_PKEY_free>>;

// A key and the certificate for it.
struct identity {
    x509_ptr certificate;
    pkey_ptr key;
};

// What a certificate says.
struct certificate_request {
    std::string common_name = "localhost";
    std::string alternative_names = "DNS:localhost,IP:127.0.0.1,IP:::1";
    std::string extended_usage = "serverAuth";
    long valid_from = -3600;              // seconds from now
    long valid_until = 365L * 24 * 3600;  // likewise
    unsigned rsa_bits = 0;                // 0: a key on P-256
};

/// @throws std::runtime_error  on any failure of OpenSSL.
identity make_root(std::string const& common_name = "oms simulator root");
/// Signs others, and is signed itself.
identity make_intermediate(identity const& root, std::string const& common_name);
/// A root of a key that is there already, in PEM.
identity make_root_of_key(std::string const& key_pem);
/// For a server, or for a client where the request's usage says so.
identity make_server(identity const& root, certificate_request const& request);
identity make_self_signed(certificate_request const& request);
std::string to_pem(X509& certificate);
std::string to_pem(EVP_PKEY& key);

/// @throws std::runtime_error  with OpenSSL's own words.
[[noreturn]] void throw_openssl_error(char const* what);

}  // namespace oms::testing

#endif
