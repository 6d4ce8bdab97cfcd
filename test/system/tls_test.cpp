// SPDX-License-Identifier: BSL-1.0
// Whom the client trusts, and what it says where it does not.
#include "system/simulator_peer.hpp"
#include "system/support/fixed_resolver.hpp"
#include "system/support/rig.hpp"
#include "system/support/tcp_peer.hpp"
#include "system/temporary_directory.hpp"

#include <oms/observer.hpp>

#include <boost/asio/ip/address.hpp>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace oms::test;

namespace {

std::shared_ptr<oms::host_resolver> everywhere_is_here() {
    return std::make_shared<fixed_resolver>(std::vector<asio::ip::address>{asio::ip::address_v4::loopback()});
}

// The base64 of the SHA-256 of the server's public key, as the world writes pins.
std::string pin_of(oms::testing::simulator const& sim) {
    simulator_test::peer server(sim);
    std::unique_ptr<X509, decltype(&X509_free)> const leaf(SSL_get1_peer_certificate(server.native()), &X509_free);
    unsigned char* der = nullptr;
    int const size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf.get()), &der);
    std::array<unsigned char, 32> digest{};
    EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), nullptr, EVP_sha256(), nullptr);
    OPENSSL_free(der);
    std::array<unsigned char, 45> text{};
    EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
    return reinterpret_cast<char const*>(text.data());
}

struct setup : rig {
    oms::task_ref const one = task(0);
    std::string const port = std::to_string(sim.port());

    setup() {
        config.retry.classify = [](oms::failed_try const&) { return oms::retry_verdict::give_up; };
    }

    void trusted() {
        auto const got = stop(one);
        BOOST_TEST(!got.code, got.code.message() + "; " + got.result.details().connection);
        BOOST_TEST(sim.stops(one) == 1u);
    }
    // The call fails so, nothing is sent, and the text has all of this.
    stop_receipt fails(oms::errc code, std::initializer_list<std::string_view> words) {
        auto got = stop(one);
        BOOST_TEST((got.code == code), got.code.message());
        BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
        BOOST_TEST(got.result.http_status == 0u);
        BOOST_TEST(got.result.attempts == 1u);
        std::string const& text = got.result.details().connection;
        for (auto const word : words)
            BOOST_TEST(text.find(word) != text.npos, word << " is not in: " << text);
        BOOST_TEST(sim.requests() == 0u);
        return got;
    }
    void ask(std::string const& host, std::uint16_t at) {
        config.endpoint = "https://" + host + ":" + std::to_string(at);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tls, setup)

BOOST_AUTO_TEST_CASE(a_certificate_of_another_ca) {
    oms::testing::simulator const other;
    config.tls.ca_pem = other.ca_pem();
    fails(oms::errc::certificate_untrusted, {"localhost:" + port, "oms simulator root", "tls.ca_pem"});
}

BOOST_AUTO_TEST_CASE(the_systems_roots_do_not_know_it) {
    config.tls.ca_pem.clear();
    fails(oms::errc::certificate_untrusted, {"localhost:" + port, "oms simulator root", "the system's roots"});
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_host) {
    config.resolver = everywhere_is_here();
    ask("elsewhere.example", sim.port());
    fails(oms::errc::certificate_host_mismatch, {"elsewhere.example:" + port, "oms simulator root", "tls.ca_pem"});
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_address) {
    tcp_peer const relay(context, behaves::as_relay, sim.port(), "127.0.0.2");
    ask("127.0.0.2", relay.port());
    fails(oms::errc::certificate_host_mismatch, {"127.0.0.2:" + std::to_string(relay.port()), "oms simulator root"});
}

BOOST_AUTO_TEST_CASE(a_certificate_for_this_address) {
    ask("127.0.0.1", sim.port());
    trusted();
}

BOOST_AUTO_TEST_CASE(names_are_matched_without_regard_to_case) {
    ask("LocalHost", sim.port());
    trusted();
}

BOOST_AUTO_TEST_CASE(failed_verification_ends_all_that_wait_and_is_not_repeated) {
    oms::testing::simulator const other;
    config.tls.ca_pem = other.ca_pem();
    config.retry.classify = nullptr;
    config.pool.max_connections = 1;
    unsigned calls = 0;
    for (std::size_t i = 0; i < 20; ++i) {
        client().async_stop(task(i % 4, i), [&](oms::error_code ec, oms::stop_result const& r) {
            BOOST_TEST((ec == oms::errc::certificate_untrusted), ec.message());
            BOOST_TEST((ec == oms::condition::tls_failed));
            BOOST_TEST(!r.details().connection.empty());
            ++calls;
        });
    }
    BOOST_TEST(run_until(context, [&] { return calls == 20; }));
    BOOST_TEST(sim.connections() == 2u);  // each address of localhost gave it
}

BOOST_AUTO_TEST_CASE(plain_http) {
    tcp_peer const peer(context, behaves::as_plain_http);
    ask("localhost", peer.port());
    config.resolver = everywhere_is_here();
    fails(oms::errc::peer_not_tls, {"localhost:" + std::to_string(peer.port())});
}

BOOST_AUTO_TEST_CASE(a_peer_that_hangs_up_during_the_handshake) {
    tcp_peer const peer(context, behaves::by_hanging_up);
    ask("127.0.0.1", peer.port());
    auto const got = fails(oms::errc::handshake_truncated, {"127.0.0.1:" + std::to_string(peer.port())});
    BOOST_TEST((got.code == oms::condition::retryable));
}

BOOST_AUTO_TEST_CASE(a_peer_that_resets_during_the_handshake) {
    tcp_peer const peer(context, behaves::by_resetting);
    ask("127.0.0.1", peer.port());
    fails(oms::errc::handshake_truncated, {"127.0.0.1:" + std::to_string(peer.port())});
}

BOOST_AUTO_TEST_CASE(a_peer_that_never_shakes_hands) {
    tcp_peer const peer(context, behaves::by_saying_nothing);
    ask("127.0.0.1", peer.port());
    config.timeouts.handshake = 50ms;
    auto const got = fails(oms::errc::handshake_timeout, {"127.0.0.1:" + std::to_string(peer.port())});
    BOOST_TEST((got.code == oms::condition::timed_out));
}

BOOST_AUTO_TEST_CASE(nobody_listens) {
    auto const at = [this] { return tcp_peer(context, behaves::by_hanging_up).port(); }();
    ask("127.0.0.1", at);
    auto const got = fails(oms::errc::connect_failed, {"127.0.0.1:" + std::to_string(at)});
    BOOST_TEST((got.result.cause == boost::system::errc::connection_refused), got.result.cause.message());
}

BOOST_AUTO_TEST_CASE(a_host_that_does_not_exist) {
    config.resolver = std::make_shared<fixed_resolver>(oms::make_error_code(oms::errc::host_not_found));
    ask("nowhere.example", 443);
    fails(oms::errc::host_not_found, {"nowhere.example"});
}

BOOST_AUTO_TEST_CASE(a_host_that_cannot_be_looked_up_now) {
    config.resolver =
        std::make_shared<fixed_resolver>(boost::system::errc::make_error_code(boost::system::errc::host_unreachable));
    ask("nowhere.example", 443);
    fails(oms::errc::resolve_failed, {"nowhere.example"});
}

BOOST_AUTO_TEST_CASE(roots_from_a_file) {
    temporary_directory const directory;
    config.tls.ca_pem.clear();
    config.tls.ca_file = directory.write("ca.pem", sim.ca_pem());
    trusted();
}

BOOST_AUTO_TEST_CASE(roots_from_a_file_that_does_not_know_it) {
    temporary_directory const directory;
    oms::testing::simulator const other;
    config.tls.ca_pem.clear();
    config.tls.ca_file = directory.write("ca.pem", other.ca_pem());
    fails(oms::errc::certificate_untrusted, {config.tls.ca_file});
}

BOOST_AUTO_TEST_CASE(roots_from_a_file_and_a_text) {
    temporary_directory const directory;
    oms::testing::simulator const other;
    config.tls.ca_file = directory.write("ca.pem", other.ca_pem());
    trusted();
}

BOOST_AUTO_TEST_CASE(several_roots_in_a_text) {
    oms::testing::simulator const other;
    config.tls.ca_pem = "# the other one\n" + other.ca_pem() + "\n# ours\n" + config.tls.ca_pem;
    trusted();
}

BOOST_AUTO_TEST_CASE(roots_besides_the_systems) {
    config.tls.system_roots = true;
    trusted();
}

BOOST_AUTO_TEST_CASE(a_pin_that_matches) {
    config.tls.pinned_public_keys = {std::string(43, 'A') + "=", pin_of(sim)};
    trusted();
}

BOOST_AUTO_TEST_CASE(a_pin_that_does_not_match) {
    config.tls.pinned_public_keys = {std::string(43, 'A') + "="};
    fails(oms::errc::certificate_pin_mismatch, {"localhost:" + port, "oms simulator root"});
}

BOOST_AUTO_TEST_CASE(a_pin_does_not_replace_the_verification) {
    oms::testing::simulator const other;
    config.tls.ca_pem = other.ca_pem();
    config.tls.pinned_public_keys = {pin_of(sim)};
    fails(oms::errc::certificate_untrusted, {"localhost:" + port});
}

BOOST_AUTO_TEST_CASE(verification_turned_off_is_told) {
    struct warned final : oms::observer {
        void on_warning(oms::warning_event const& e) noexcept override { code = e.code; }
        std::string code;
    };
    oms::testing::simulator const other;
    auto const seen = std::make_shared<warned>();
    config.observer = seen;
    config.tls.ca_pem = other.ca_pem();
    config.tls.dangerously_disable_verification();
    trusted();
    BOOST_TEST(seen->code == "verification_disabled");
}

BOOST_AUTO_TEST_SUITE_END()
