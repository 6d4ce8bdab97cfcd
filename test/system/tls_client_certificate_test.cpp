// SPDX-License-Identifier: BSL-1.0
// Who the client is: certificates and keys, plain and encrypted.

#include "system/temporary_directory.hpp"
#include "system/tls_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <stdexcept>
#include <string>

using namespace oms::testing;
using namespace tls_test;
using oms::errc;
using oms::test::peer_manner;
using oms::test::tls_peer;

namespace {

std::string key_pem(EVP_PKEY* key, std::string passphrase = {}) {
    std::unique_ptr<BIO, openssl_deleter<BIO_free_all>> const bio(BIO_new(BIO_s_mem()));
    EVP_CIPHER const* const cipher = passphrase.empty() ? nullptr : EVP_aes_256_cbc();
    if (PEM_write_bio_PrivateKey(bio.get(), key, cipher, reinterpret_cast<unsigned char*>(passphrase.data()),
                                 static_cast<int>(passphrase.size()), nullptr, nullptr) != 1) {
        throw_openssl_error("key");
    }
    char* data = nullptr;
    auto const size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

identity client_identity() {
    certificate_request request;
    request.common_name = "the client";
    request.extended_usage = "clientAuth";
    return make_server(trusted(), request);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_client_certificate)

BOOST_AUTO_TEST_CASE(is_sent_from_files_and_texts) {
    auto const me = client_identity();
    std::string const certificate = to_pem(*me.certificate);
    std::string const plain = key_pem(me.key.get());
    std::string const encrypted = key_pem(me.key.get(), "open sesame");
    oms::test::temporary_directory const directory;
    peer_manner manner;
    manner.client_root = trusted().certificate.get();
    tls_peer const peer(make_server(trusted(), {}), manner);
    for (auto const& key : {plain, encrypted}) {
        for (bool const files : {false, true}) {
            auto config = config_for(peer);
            if (files) {
                config.tls.certificate_file = directory.write("client.pem", certificate);
                config.tls.private_key_file = directory.write("client.key", key);
            } else {
                config.tls.certificate_pem = certificate;
                config.tls.private_key_pem = oms::secret(key);
            }
            config.tls.passphrase = [] { return oms::secret("open sesame"); };
            auto const got = stop(config);
            BOOST_TEST(!got.code, got.code.message() << got.result.details().connection);
        }
    }
}

BOOST_AUTO_TEST_CASE(is_missed_by_the_server) {
    peer_manner manner;
    manner.client_root = trusted().certificate.get();
    manner.max_version = TLS1_2_VERSION;
    tls_peer const old(make_server(trusted(), {}), manner);
    check_refused(stop(config_for(old)), errc::handshake_failed, {"localhost:" + old.port(), "OpenSSL: "});
    // In TLS 1.3 it tells only after the handshake, when the request is on its way.
    manner.max_version = 0;
    tls_peer const current(make_server(trusted(), {}), manner);
    auto const got = stop(config_for(current));
    BOOST_TEST((got.code == oms::condition::connection_failed || got.code == oms::condition::tls_failed),
               got.code.message());
    BOOST_TEST(got.result.http_status == 0U);
}

BOOST_AUTO_TEST_CASE(is_checked_by_the_constructor) {
    auto const me = client_identity();
    tls_peer const peer(make_server(trusted(), {}));
    auto config = config_for(peer);
    config.tls.certificate_pem = to_pem(*me.certificate);
    BOOST_TEST(wrong_field(config) == "tls.private_key_file");
    config.tls.private_key_pem = oms::secret(key_pem(trusted().key.get()));  // of another
    BOOST_TEST(wrong_field(config) == "tls.private_key_pem");
    config.tls.private_key_pem = oms::secret(key_pem(me.key.get(), "open sesame"));
    BOOST_TEST(wrong_field(config) == "tls.private_key_pem");
    config.tls.passphrase = [] { return oms::secret("wr0ng"); };
    BOOST_TEST(wrong_field(config, "wr0ng") == "tls.private_key_pem");
    config.tls.passphrase = []() -> oms::secret { throw std::runtime_error("no terminal"); };
    BOOST_TEST(wrong_field(config) == "tls.private_key_pem");
    config.tls.passphrase = [] { return oms::secret(std::string(100'000, 'x')); };
    BOOST_TEST(wrong_field(config) == "tls.private_key_pem");
    config.tls.passphrase = [] { return oms::secret("open sesame"); };
    BOOST_TEST(wrong_field(config) == "");
    config.tls.certificate_pem = "nothing";
    BOOST_TEST(wrong_field(config) == "tls.certificate_pem");
    config.tls.certificate_pem.clear();
    BOOST_TEST(wrong_field(config) == "tls.certificate_file");
}

BOOST_AUTO_TEST_SUITE_END()
