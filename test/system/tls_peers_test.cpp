// SPDX-License-Identifier: BSL-1.0
// Peers that must be refused, each with its own code and an explanation; and
// those that look odd and must not be.

#include "system/temporary_directory.hpp"
#include "system/tls_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace oms::testing;
using namespace tls_test;
using oms::errc;
using oms::test::peer_manner;
using oms::test::tls_peer;

namespace {

identity const& other() {
    static identity const root = make_root("other root");
    return root;
}

identity server_for(std::string const& alternative_names) {
    certificate_request request;
    request.common_name = "the server";
    request.alternative_names = alternative_names;
    return make_server(trusted(), request);
}

bool accepted(tls_peer const& peer, std::string const& host = "localhost") {
    auto const got = stop(config_for(peer, host));
    BOOST_TEST_MESSAGE(got.result.details().connection);
    return !got.code;
}

void check_peer(identity const& own, errc code, std::string const& subject, std::string const& issuer,
                peer_manner const& manner = {}) {
    tls_peer const peer(own, manner);
    check_refused(stop(config_for(peer)), code,
                  {"localhost:" + peer.port(), "\"/CN=" + subject + "\"", "\"/CN=" + issuer + "\"", "tls.ca_pem"});
}

// The base64 of a key's SHA-256.
std::string pin_of(identity const& own) {
    unsigned char* der = nullptr;
    int const size = i2d_PUBKEY(own.key.get(), &der);
    std::array<unsigned char, 32> digest{};
    EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), nullptr, EVP_sha256(), nullptr);
    OPENSSL_free(der);
    std::array<unsigned char, 45> text{};
    EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
    return reinterpret_cast<char const*>(text.data());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_peers)

BOOST_AUTO_TEST_CASE(a_good_one_is_accepted) {
    auto const own = make_server(trusted(), {});
    for (int const version : {0, TLS1_2_VERSION, TLS1_3_VERSION}) {
        peer_manner manner;
        manner.min_version = manner.max_version = version;
        BOOST_TEST(accepted(tls_peer(own, manner)), version);
    }
}

BOOST_AUTO_TEST_CASE(no_trusted_root_leads_to_it) {
    certificate_request request;
    request.common_name = "alone";
    check_peer(make_self_signed(request), errc::certificate_self_signed, "alone", "alone");
    request.common_name = "stranger";
    auto const own = make_server(other(), request);
    check_peer(own, errc::certificate_untrusted, "stranger", "other root");
    peer_manner manner;
    manner.sent_root = other().certificate.get();  // does not make it trusted
    check_peer(own, errc::certificate_untrusted, "other root", "other root", manner);
}

BOOST_AUTO_TEST_CASE(a_root_of_the_same_name_is_another_root) {
    auto const namesake = make_root("trusted root");
    certificate_request request;
    request.common_name = "impostor";
    check_peer(make_server(namesake, request), errc::certificate_untrusted, "impostor", "trusted root");
}

BOOST_AUTO_TEST_CASE(its_time_is_not_now) {
    certificate_request request;
    request.common_name = "old";
    request.valid_until = -60;
    check_peer(make_server(trusted(), request), errc::certificate_expired, "old", "trusted root");
    request.common_name = "young";
    request.valid_from = 3600;
    request.valid_until = 7200;
    check_peer(make_server(trusted(), request), errc::certificate_not_yet_valid, "young", "trusted root");
}

BOOST_AUTO_TEST_CASE(it_is_not_for_servers) {
    certificate_request request;
    request.common_name = "client";
    request.extended_usage = "clientAuth";
    check_peer(make_server(trusted(), request), errc::certificate_wrong_usage, "client", "trusted root");
}

BOOST_AUTO_TEST_CASE(its_key_is_weak) {
    certificate_request request;
    request.common_name = "weak";
    request.rsa_bits = 1024;
    check_peer(make_server(trusted(), request), errc::certificate_weak, "weak", "trusted root");
    request.rsa_bits = 2048;
    BOOST_TEST(accepted(tls_peer(make_server(trusted(), request))));
}

BOOST_AUTO_TEST_CASE(it_is_for_another_host) {
    check_peer(server_for("DNS:elsewhere.example,IP:127.0.0.1"), errc::certificate_host_mismatch, "the server",
               "trusted root");
    check_peer(server_for("DNS:xlocalhost,DNS:localhost.example"), errc::certificate_host_mismatch, "the server",
               "trusted root");
}

BOOST_AUTO_TEST_CASE(wildcards_stand_for_one_label) {
    auto const own = server_for("DNS:*.oms.example,DNS:f*.example");
    tls_peer const peer(own);
    BOOST_TEST(accepted(peer, "a.oms.example"));
    BOOST_TEST(accepted(peer, "B.OMS.Example"));
    for (auto const* host : {"a.b.oms.example", "oms.example", "foo.example", "a.oms.example.com"}) {
        BOOST_TEST_CONTEXT(host) {
            check_refused(stop(config_for(peer, host)), errc::certificate_host_mismatch,
                          {std::string(host) + ":" + peer.port(), "/CN=the server", "/CN=trusted root"});
        }
    }
}

BOOST_AUTO_TEST_CASE(a_dot_at_the_end_is_no_part_of_the_name) {
    tls_peer const peer(server_for("DNS:oms.example,DNS:*.wild.example"));
    BOOST_TEST(accepted(peer, "oms.example."));
    BOOST_TEST(accepted(peer, "a.wild.example."));
    check_refused(stop(config_for(peer, "wild.example.")), errc::certificate_host_mismatch, {"wild.example."});
}

BOOST_AUTO_TEST_CASE(no_wildcard_stands_for_an_underscore) {
    tls_peer const peer(server_for("DNS:*.oms.example,DNS:b_b.example"));
    BOOST_TEST(accepted(peer, "b_b.example"));
    check_refused(stop(config_for(peer, "a_a.oms.example")), errc::certificate_host_mismatch,
                  {"no wildcard matches a label with an underscore"});
    auto const got = stop(config_for(peer, "a.a_a.example"));
    BOOST_TEST(got.result.details().connection.find("underscore") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_intermediate_is_a_root_where_that_is_asked_for) {
    auto const between = make_intermediate(trusted(), "between");
    auto const own = make_server(between, {});
    tls_peer const peer(own);
    auto config = config_for(peer);
    config.tls.ca_pem = to_pem(*between.certificate);
    check_refused(stop(config), errc::certificate_untrusted, {"/CN=between", "tls.trust_intermediates"});
    config.tls.trust_intermediates = true;
    BOOST_TEST(!stop(config).code);
    config.tls.ca_pem = to_pem(*own.certificate);  // nor needs it be one that signs others
    BOOST_TEST(!stop(config).code);
    config.tls.ca_pem = to_pem(*make_intermediate(trusted(), "between").certificate);
    check_refused(stop(config), errc::certificate_untrusted, {});
    config.tls.ca_pem = to_pem(*trusted().certificate);  // the server sends no intermediate
    auto const got = stop(config);
    BOOST_TEST(got.code == oms::error_code(errc::certificate_untrusted));
    BOOST_TEST(got.result.details().connection.find("trust_intermediates") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(addresses_are_matched_as_addresses) {
    BOOST_TEST(accepted(tls_peer(server_for("DNS:localhost,IP:127.0.0.1")), "127.0.0.1"));
    for (auto const* names : {"DNS:localhost,IP:127.0.0.2,IP:::1", "DNS:127.0.0.1", "DNS:*.0.0.1"}) {
        tls_peer const peer(server_for(names));
        check_refused(stop(config_for(peer, "127.0.0.1")), errc::certificate_host_mismatch,
                      {"127.0.0.1:" + peer.port(), "/CN=the server"});
    }
}

BOOST_AUTO_TEST_CASE(so_are_those_of_ipv6) {
    peer_manner manner;
    manner.ipv6 = true;
    tls_peer const peer(server_for("DNS:localhost,IP:::1"), manner);
    for (auto const* host : {"[::1]", "[0:0:0:0:0:0:0:1]"}) {
        auto config = config_for(peer, host);
        config.resolver = nullptr;  // there is nothing to look up
        auto const got = stop(config);
        BOOST_TEST(!got.code, got.code.message() << "; " << got.result.details().connection);
        BOOST_TEST(got.result.outcome == oms::outcome::stopped);
    }
    for (auto const* names : {"DNS:localhost,IP:127.0.0.1,IP:::2", "DNS:::1", "DNS:[::1]"}) {
        tls_peer const other(server_for(names), manner);
        check_refused(stop(config_for(other, "[::1]")), errc::certificate_host_mismatch,
                      {"[::1]:" + other.port(), "\"/CN=the server\"", "\"/CN=trusted root\"", "tls.ca_pem"});
    }
}

BOOST_AUTO_TEST_CASE(its_public_key_is_not_pinned) {
    auto const own = make_server(trusted(), {});
    auto const another = make_server(trusted(), {});
    for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        peer_manner manner;
        manner.max_version = version;
        tls_peer const peer(own, manner);
        auto config = config_for(peer);
        config.tls.pinned_public_keys = {pin_of(another), pin_of(own)};
        BOOST_TEST(!stop(config).code);
        config.tls.pinned_public_keys = {pin_of(another), pin_of(trusted())};
        check_refused(stop(config), errc::certificate_pin_mismatch,
                      {"localhost:" + peer.port(), "\"/CN=localhost\"", "\"/CN=trusted root\"", "tls.ca_pem"});
        // A pin trusts nobody by itself.
        config.tls.pinned_public_keys = {pin_of(own)};
        config.tls.ca_pem = to_pem(*other().certificate);
        check_refused(stop(config), errc::certificate_untrusted, {"\"/CN=localhost\""});
        // Nor does it go where the verification goes.
        config.tls.dangerously_disable_verification();
        BOOST_TEST(!stop(config).code);
        config.tls.pinned_public_keys = {pin_of(another)};
        check_refused(stop(config), errc::certificate_pin_mismatch, {"localhost:" + peer.port()});
    }
    tls_peer const peer(own);
    auto config = config_for(peer);
    config.tls.pinned_public_keys = {pin_of(own).substr(1)};
    BOOST_TEST(wrong_field(config) == "tls.pinned_public_keys");
}

BOOST_AUTO_TEST_CASE(it_speaks_an_old_version_only) {
    for (int const version : {TLS1_VERSION, TLS1_1_VERSION}) {
        peer_manner manner;
        manner.min_version = manner.max_version = version;
        tls_peer const peer(make_server(trusted(), {}), manner);
        check_refused(stop(config_for(peer)), errc::tls_version_unsupported,
                      {"localhost:" + peer.port(), "tls.ca_pem"});
    }
}

BOOST_AUTO_TEST_CASE(it_does_not_speak_tls) {
    peer_manner manner;
    manner.what = peer_manner::kind::speak_http;
    tls_peer const peer(make_server(trusted(), {}), manner);
    check_refused(stop(config_for(peer)), errc::peer_not_tls, {"localhost:" + peer.port(), "tls.ca_pem"});
}

BOOST_AUTO_TEST_CASE(it_hangs_up_during_the_handshake) {
    auto const own = make_server(trusted(), {});
    for (auto const how : {peer_manner::kind::close_at_hello, peer_manner::kind::cut_handshake}) {
        for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
            peer_manner manner;
            manner.what = how;
            manner.max_version = version;
            tls_peer const peer(own, manner);
            auto const got = stop(config_for(peer));
            check_refused(got, errc::handshake_truncated, {"localhost:" + peer.port(), "tls.ca_pem"});
            BOOST_TEST((got.code == oms::condition::retryable), got.code.message());
        }
    }
}

// Wherever it hangs up: what the call says is what can be known.
BOOST_AUTO_TEST_CASE(it_hangs_up_anywhere) {
    auto const own = make_server(trusted(), {});
    std::array<unsigned, 4> seen{};
    for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (bool const resets : {false, true}) {
            for (std::size_t at = 0, answered = 0; answered < 2; at += 41) {
                peer_manner manner;
                manner.max_version = version;
                manner.cut_after = at;
                manner.resets = resets;
                std::optional<tls_peer> peer(std::in_place, own, manner);
                auto const got = stop(config_for(*peer));
                auto const progress = peer->progress();
                peer.reset();
                ++seen[static_cast<std::size_t>(progress)];
                BOOST_TEST_CONTEXT("TLS " << version << ", after " << at << " bytes, " << got.code.message()) {
                    using oms::test::peer_progress;
                    bool const lost = got.code == errc::connection_closed || got.code == errc::connection_lost;
                    switch (progress) {
                        case peer_progress::handshake:
                            BOOST_TEST((got.code == errc::handshake_truncated));
                            BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
                            break;
                        case peer_progress::shaken:
                            BOOST_TEST((lost || got.code == errc::handshake_truncated));
                            BOOST_TEST(got.result.outcome != oms::outcome::stopped);
                            break;
                        case peer_progress::asked:
                            BOOST_TEST(lost);
                            BOOST_TEST(got.result.outcome == oms::outcome::unknown);
                            break;
                        case peer_progress::answered:
                            ++answered;
                            // A reset may overtake what was sent before it.
                            BOOST_TEST((!got.code || (resets && lost)));
                            break;
                    }
                }
            }
        }
    }
    BOOST_TEST(seen[0] >= 40u);
    BOOST_TEST(seen[2] >= 4u);
}

BOOST_AUTO_TEST_CASE(own_roots_replace_the_systems) {
    oms::test::temporary_directory const directory;
    std::string const file = directory.write("root.pem", to_pem(*trusted().certificate));
    setenv("SSL_CERT_FILE", file.c_str(), 1);  // these are the system's roots now
    auto const own = make_server(trusted(), {});
    tls_peer const peer(own);
    auto config = config_for(peer);
    config.tls.ca_pem.clear();
    BOOST_TEST(!stop(config).code);
    config.tls.ca_pem = to_pem(*other().certificate);
    check_refused(stop(config), errc::certificate_untrusted, {"trusted: tls.ca_pem"});
    config.tls.system_roots = true;
    BOOST_TEST(!stop(config).code);
    config.tls.ca_pem.clear();
    config.tls.ca_file = directory.write("other.pem", to_pem(*other().certificate));
    config.tls.system_roots.reset();
    check_refused(stop(config), errc::certificate_untrusted, {"trusted: " + config.tls.ca_file});
    config.tls.ca_pem = to_pem(*trusted().certificate);
    BOOST_TEST(!stop(config).code);
    config.tls.ca_file = directory.file("none.pem");
    BOOST_TEST(wrong_field(config) == "tls.ca_file");
    unsetenv("SSL_CERT_FILE");
}

BOOST_AUTO_TEST_CASE(a_system_without_roots_is_said_to_have_none) {
    oms::test::temporary_directory const directory;
    std::string const none = "the system's roots (there are none: install ca-certificates, or give tls.ca_file)";
    setenv("SSL_CERT_FILE", directory.file("none.pem").c_str(), 1);
    setenv("SSL_CERT_DIR", (directory.file("nowhere") + ":" + directory.file("")).c_str(), 1);
    tls_peer const peer(make_server(trusted(), {}));
    auto config = config_for(peer);
    config.tls.system_roots = true;
    config.tls.ca_pem = to_pem(*other().certificate);
    check_refused(stop(config), errc::certificate_untrusted, {"trusted: tls.ca_pem, " + none});
    config.tls.ca_pem.clear();
    check_refused(stop(config), errc::certificate_untrusted, {"trusted: " + none});
    std::string const file = directory.write("root.pem", to_pem(*other().certificate));  // the directory has a file
    auto const got = stop(config);
    BOOST_TEST(got.code == oms::error_code(errc::certificate_untrusted));
    BOOST_TEST(got.result.details().connection.find("there are none") == std::string::npos);
    unsetenv("SSL_CERT_DIR");
    setenv("SSL_CERT_FILE", file.c_str(), 1);
    BOOST_TEST(stop(config).result.details().connection.find("there are none") == std::string::npos);
    unsetenv("SSL_CERT_FILE");
}

BOOST_AUTO_TEST_CASE(a_name_beyond_ascii_is_refused_with_advice) {
    tls_peer const peer(make_server(trusted(), {}));
    boost::asio::io_context context;
    try {
        oms::client const client(context, config_for(peer,
                                                     "b\xc3\xbc"
                                                     "cher.example"));
        BOOST_ERROR("accepted");
    } catch (oms::config_error const& e) {
        BOOST_TEST(e.field() == "endpoint");
        BOOST_TEST(std::string(e.what()).find("xn--") != std::string::npos, e.what());
    }
    BOOST_TEST(accepted(tls_peer(server_for("DNS:xn--bcher-kva.example")), "xn--bcher-kva.example"));
}

BOOST_AUTO_TEST_CASE(verification_can_be_turned_off_and_says_so_once) {
    struct warnings final : oms::observer {
        void on_warning(oms::warning_event const& e) noexcept override { codes.emplace_back(e.code); }
        std::vector<std::string> codes;
    };
    tls_peer const peer(make_self_signed({}));
    auto config = config_for(peer, "elsewhere.example");
    auto const watcher = std::make_shared<warnings>();
    config.observer = watcher;
    config.tls.dangerously_disable_verification();
    BOOST_TEST(!stop(config).code);
    BOOST_TEST((watcher->codes == std::vector<std::string>{"verification_disabled"}));
}

BOOST_AUTO_TEST_SUITE_END()
