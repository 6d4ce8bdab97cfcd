// SPDX-License-Identifier: BSL-1.0
//
// Certificates and roots that are replaced while a client lives: against the simulator, IAM's among it, and against a
// server that wants a client's certificate. What is replaced before a client's first dial is found by it.
#include "system/support/recorder.hpp"
#include "system/support/rig.hpp"
#include "system/temporary_directory.hpp"
#include "system/tls_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

using namespace oms::test;
using oms::testing::identity;

namespace {

void replace(temporary_directory const& in, std::string const& name, std::string const& text) {
    in.write("next", text);
    std::filesystem::rename(in.file("next"), in.file(name));
}

struct reload_rig : rig {
    oms::testing::simulator next{running(4, 25)};  // of another root
    std::size_t stops = 0;
    temporary_directory const directory;
    std::shared_ptr<recorder> const seen = std::make_shared<recorder>();

    reload_rig() {
        config.observer = seen;
        config.endpoints["next"] = next.endpoint();
        config.endpoints["again"] = sim.endpoint();
        config.retry.classify = [](oms::failed_try const&) { return oms::retry_verdict::give_up; };
    }

    oms::error_code stop_in(std::string const& region, oms::testing::simulator const& of) {
        oms::call_options options;
        options.credentials = of.credentials();
        auto which = task(0, stops++);
        which.region = region;
        auto const got = stop(which, options);
        BOOST_TEST_MESSAGE(describe_failure(got.code, got.result));
        return got.code;
    }
    bool told(std::string const& what) const { return seen->text.find(what) != std::string::npos; }
    void await(std::string const& what) {
        BOOST_REQUIRE(run_until(context, [&] { return told(what); }));
    }
};

identity client_of(identity const& root) {
    oms::testing::certificate_request request;
    request.extended_usage = "clientAuth";
    return oms::testing::make_server(root, request);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tls_reload, reload_rig)

BOOST_AUTO_TEST_CASE(the_services_root_is_replaced) {
    config.tls.ca_pem.clear();
    config.tls.ca_file = directory.write("ca.crt", sim.ca_pem());
    client();
    replace(directory, "ca.crt", next.ca_pem());
    BOOST_TEST(!stop_in("", sim));
    await("tls_files_reloaded \"" + config.tls.ca_file + '"');
    BOOST_TEST(!stop_in("next", next));
    BOOST_TEST(!stop_in("", sim));  // on the connection of before
    BOOST_TEST(sim.connections() == 1U);
    BOOST_TEST((stop_in("again", sim) == oms::errc::certificate_untrusted));
}

BOOST_AUTO_TEST_CASE(a_root_that_is_none_leaves_the_old_in_use) {
    config.tls.ca_pem.clear();
    config.tls.ca_file = directory.write("ca.crt", sim.ca_pem());
    client();
    replace(directory, "ca.crt", "no root");
    BOOST_TEST(!stop_in("", sim));
    await("tls_files_unusable tls.ca_file: ");
    BOOST_TEST(!stop_in("again", sim));
}

BOOST_AUTO_TEST_CASE(the_clients_certificate_is_replaced) {
    auto const old_root = oms::testing::make_root("old"), new_root = oms::testing::make_root("new");
    auto const old_client = client_of(old_root), new_client = client_of(new_root);
    peer_manner manner;
    manner.max_version = TLS1_2_VERSION;  // 1.3 tells only after the handshake
    manner.client_root = old_root.certificate.get();
    tls_peer const before(oms::testing::make_server(tls_test::trusted(), {}), manner);
    manner.client_root = new_root.certificate.get();
    tls_peer const after(oms::testing::make_server(tls_test::trusted(), {}), manner);
    config = tls_test::config_for(before);
    config.endpoints["next"] = "https://localhost:" + after.port();
    config.endpoints["again"] = "https://127.0.0.1:" + before.port();
    config.observer = seen;
    config.tls.certificate_file = directory.write("tls.crt", oms::testing::to_pem(*old_client.certificate));
    config.tls.private_key_file = directory.write("tls.key", oms::testing::to_pem(*old_client.key));
    client();
    replace(directory, "tls.key", oms::testing::to_pem(*new_client.key));
    replace(directory, "tls.crt", oms::testing::to_pem(*new_client.certificate));
    BOOST_TEST(!stop_in("", sim));
    await("tls_files_reloaded \"" + config.tls.certificate_file + "\", \"" + config.tls.private_key_file + '"');
    BOOST_TEST(!stop_in("next", sim));
    BOOST_TEST((stop_in("again", sim) == oms::errc::handshake_failed));
    BOOST_TEST(!told("PRIVATE"));
}

BOOST_AUTO_TEST_CASE(the_roots_for_iam_are_replaced) {
    sim.add_user({"user", "the-password", "account"});
    oms::iam_options user;
    user.endpoint = sim.iam_endpoint();
    user.domain = "account";
    user.user = "user";
    user.password = oms::secret("the-password");
    user.ca_file = directory.write("iam.crt", sim.ca_pem());
    config.credentials = oms::iam_token_credentials(user);
    replace(directory, "iam.crt", next.ca_pem());
    BOOST_TEST(!stop(task(0)).code);
    await("tls_files_reloaded \"" + user.ca_file + '"');
    BOOST_TEST(!stop(task(0, 1)).code);
    BOOST_TEST(stop(task(1)).code);  // logs in
    BOOST_TEST(sim.iam("user").log_ins == 1U);
}

// What is read is of nobody's interest any more.
BOOST_AUTO_TEST_CASE(the_client_ends_while_files_are_read) {
    for (int i = 0; i < 20; ++i) {
        config.tls.ca_pem.clear();
        config.tls.ca_file = directory.write("ca.crt", sim.ca_pem());
        client();
        replace(directory, "ca.crt", next.ca_pem() + sim.ca_pem());
        unsigned ended = 0;
        client().async_stop(task(0), [&](oms::error_code, oms::stop_result const&) { ++ended; });
        for (int turns = 0; turns < i; ++turns)
            context.poll_one();
        own.reset();
        BOOST_TEST(run_out(context));
        BOOST_TEST(ended == 1U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
