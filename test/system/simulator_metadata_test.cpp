// SPDX-License-Identifier: BSL-1.0
// The simulator's metadata service and pod identity: plain HTTP, and keys that the service takes.

#include "simulator_peer.hpp"

#include "wire/signature.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

using namespace simulator_test;
using namespace std::chrono_literals;
using oms::testing::metadata_token_use;
using oms::testing::simulator_options;

namespace {

std::string const token_path = "/meta-data/latest/api/token";
std::string const key_path = "/openstack/latest/securitykey";
std::string const ttl = "X-Metadata-Token-Ttl-Seconds: 21600\r\n";

// HTTP without TLS.
class plain_peer {
public:
    explicit plain_peer(std::uint16_t port) : socket_(context_) {
        socket_.connect({asio::ip::address_v4::loopback(), port});
    }
    received ask(std::string const& bytes) {
        asio::write(socket_, asio::buffer(bytes));
        received r;
        std::string text;
        auto const size = asio::read_until(socket_, asio::dynamic_buffer(text), "\r\n\r\n", r.error);
        if (r.error) return r;
        r.head = text.substr(0, size);
        r.body = text.substr(size);
        r.status = static_cast<unsigned>(std::stoul(r.head.substr(9, 3)));
        auto const wanted = std::stoul(r.header("Content-Length"));
        if (r.body.size() < wanted) {
            asio::read(socket_, asio::dynamic_buffer(r.body), asio::transfer_exactly(wanted - r.body.size()), r.error);
        }
        return r;
    }

private:
    asio::io_context context_;
    asio::ip::tcp::socket socket_;
};

struct metadata_rig {
    explicit metadata_rig(metadata_token_use use = metadata_token_use::optional)
        : sim(options(use)), machine(port_of(sim.metadata_endpoint())), service(sim) {}

    static simulator_options options(metadata_token_use use) {
        auto result = options_with(1, 9);
        result.metadata_tokens = use;
        return result;
    }
    received key(std::string const& token = {}) {
        return machine.ask(
            request("GET", key_path, {}, token.empty() ? "Accept: */*\r\n" : "X-Metadata-Token: " + token + "\r\n"));
    }
    received pod(std::string const& token, std::string const& body = "{}") {
        auto const uri = sim.pod_identity_uri();
        return machine.ask(
            request("POST", uri.substr(uri.find('/', 7)), {},
                    "Authorization: " + token + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n") +
            body);
    }
    // A stop signed with a key that was handed out.
    unsigned stop(boost::json::object const& key, std::size_t task, char const* id = "access",
                  char const* secret = "secret", char const* token = "securitytoken") {
        auto const text = [&](char const* name) { return std::string(key.at(name).as_string()); };
        auto const access = text(id), hidden = text(secret), security = text(token);
        auto const path = path_of(oms::sync_task(sim.project_id(0), sim.task_id(0, task))) + "/stop";
        std::string bytes = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n";
        oms::wire::signer signer(oms::wire::sign_algorithm::sdk_hmac_sha256, {access, hidden, security});
        signer.append_headers(bytes, {"POST", path, "", "localhost", sim.project_id(0)},
                              std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + skew);
        return service.ask(bytes + "\r\n").status;
    }
    void set_skew(std::chrono::seconds ahead) {
        skew = ahead;
        sim.set_clock_skew(ahead);
    }

    std::chrono::seconds skew{0};
    simulator sim;
    plain_peer machine;
    peer service;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(simulator_metadata)

BOOST_AUTO_TEST_CASE(a_key_that_it_gives_serves) {
    metadata_rig r;
    auto const got = r.key();
    BOOST_TEST(got.status == 200u);
    BOOST_TEST(!got.header("Date").empty());
    auto const credential = got.json().at("credential").as_object();
    BOOST_TEST(credential.at("expires_at").as_string().size() == 27u);
    BOOST_TEST(r.stop(credential, 0) == 200u);
    BOOST_TEST(r.key().body == got.body);  // the same while it lasts
    auto const known = r.sim.metadata_key();
    BOOST_TEST(known.id == std::string(credential.at("access").as_string()));
    BOOST_TEST(known.secret == std::string(credential.at("secret").as_string()));
    BOOST_TEST(r.sim.metadata().keys == 2u);
    BOOST_TEST(r.sim.key(known.id).accepted == 1u);
    BOOST_TEST(r.sim.handshakes() == 1u);  // of the other port
}

BOOST_AUTO_TEST_CASE(keys_are_replaced_before_they_end) {
    metadata_rig r;
    auto const first = r.key().json().at("credential").as_object();
    r.set_skew(49min);
    BOOST_TEST(r.key().json().at("credential").as_object().at("access") == first.at("access"));
    r.set_skew(51min);
    auto const second = r.key().json().at("credential").as_object();
    BOOST_TEST(second.at("access") != first.at("access"));
    BOOST_TEST(r.stop(first, 0) == 200u);
    BOOST_TEST(r.stop(second, 1) == 200u);
    r.set_skew(61min);
    BOOST_TEST(r.stop(first, 2) == 401u);
    BOOST_TEST(r.stop(second, 2) == 200u);
    r.sim.end_metadata_key();
    BOOST_TEST(r.stop(second, 3) == 401u);
    BOOST_TEST(r.stop(r.key().json().at("credential").as_object(), 3) == 200u);
}

BOOST_AUTO_TEST_CASE(tokens_may_be_needed) {
    metadata_rig r(metadata_token_use::required);
    BOOST_TEST(r.key().status == 401u);
    BOOST_TEST(r.machine.ask(request("PUT", token_path, {})).status == 400u);
    BOOST_TEST(r.machine.ask(request("PUT", token_path, {}, "X-Metadata-Token-Ttl-Seconds: 21601\r\n")).status == 400u);
    BOOST_TEST(r.machine.ask(request("GET", token_path, {}, ttl)).status == 405u);
    auto const token = r.machine.ask(request("PUT", token_path, {}, ttl));
    BOOST_TEST(token.status == 200u);
    BOOST_TEST(r.key(token.body).status == 200u);
    BOOST_TEST(r.key(token.body + "x").status == 401u);
    r.sim.end_metadata_tokens();
    BOOST_TEST(r.key(token.body).status == 401u);
    BOOST_TEST(r.sim.metadata().tokens == 1u);
    BOOST_TEST(r.sim.metadata().refused == 3u);
}

BOOST_AUTO_TEST_CASE(there_may_be_no_tokens) {
    metadata_rig r(metadata_token_use::none);
    BOOST_TEST(r.machine.ask(request("PUT", token_path, {}, ttl)).status == 404u);
    BOOST_TEST(r.key().status == 200u);
    BOOST_TEST(r.machine.ask(request("GET", "/other", {})).status == 404u);
    BOOST_TEST(r.machine.ask(request("POST", key_path, {})).status == 405u);
}

BOOST_AUTO_TEST_CASE(a_pod_has_keys_by_its_token) {
    metadata_rig r;
    auto const got = r.pod(r.sim.pod_identity_token());
    BOOST_TEST(got.status == 200u);
    auto const credentials = got.json().at("credentials").as_object();
    BOOST_TEST(credentials.contains("expiration"));
    BOOST_TEST(r.stop(credentials, 0, "accessKeyId", "secretAccessKey", "securityToken") == 200u);
    BOOST_TEST(r.pod("another").status == 401u);
    BOOST_TEST(r.pod(r.sim.pod_identity_token(), "").status == 400u);
    BOOST_TEST(r.sim.metadata().pod_keys == 1u);
    BOOST_TEST(r.sim.metadata().refused == 1u);
}

BOOST_AUTO_TEST_CASE(faults_work_without_tls) {
    metadata_rig r;
    r.sim.on(oms::testing::path(token_path)).times(1).reply(503);
    BOOST_TEST(r.machine.ask(request("PUT", token_path, {}, ttl)).status == 503u);
    BOOST_TEST(r.machine.ask(request("PUT", token_path, {}, ttl)).status == 200u);
    r.sim.on(oms::testing::path(key_path)).close_after_bytes(10);
    BOOST_TEST((r.key().error == boost::asio::error::eof));
}

BOOST_AUTO_TEST_SUITE_END()
