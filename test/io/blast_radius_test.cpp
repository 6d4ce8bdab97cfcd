// SPDX-License-Identifier: BSL-1.0
//
// A wrong credential is not tried by everybody, nor a blacklisted address used on.
#include "io/harness/world.hpp"

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

using calls = std::vector<std::shared_ptr<started>>;

calls start(world& w, std::size_t count) {
    calls result;
    for (std::size_t i = 0; i < count; ++i) {
        result.push_back(w.stop(sync_task("p" + std::to_string(i % 100), "t" + std::to_string(i))));
    }
    return result;
}

// Answers every request in the same way as long as `broken`.
void answer_all(world& w, bool const& broken, std::string bytes, std::size_t& requests) {
    w.net.server = [&broken, &requests, bytes = std::move(bytes)](request const&) {
        ++requests;
        answer a;
        a.delay = 20ms;
        a.bytes = broken ? bytes : reply_text(200);
        return a;
    };
}

// Always gives the same, whatever was rejected.
class stubborn_provider final : public credentials_provider {
public:
    explicit stubborn_provider(boost::asio::io_context& io) : io_(io) {}

    void async_get(credential_request, credential_handler handler) override {
        auto const shared = std::make_shared<credential_handler>(std::move(handler));
        boost::asio::post(io_, [shared] { (*shared)({}, credential::from_token("the-same")); });
    }

private:
    boost::asio::io_context& io_;
};

void ten_thousand_with_a_wrong_credential(std::shared_ptr<credentials_provider> (*make)(world&)) {
    world w;
    w.config.credentials = make(w);
    bool broken = true;
    std::size_t requests = 0;
    answer_all(w, broken, error_text(401, "APIGW.0301"), requests);
    calls all_calls = start(w, 10'000);
    w.run_for(1min);
    for (auto const& each : start(w, 100))
        all_calls.push_back(each);
    w.run_for(1s);
    BOOST_TEST(requests >= 1U);
    BOOST_TEST(requests <= 2U);
    std::size_t rejected_by_service = 0;
    for (auto const& each : all_calls) {
        BOOST_REQUIRE(each->completions == 1U);
        if (each->result.http_status == 401) {
            ++rejected_by_service;
            BOOST_TEST(each->result.outcome == outcome::refused);
            BOOST_TEST(each->code == gateway_error(401'0301));
            continue;
        }
        BOOST_REQUIRE(each->code == error_code(errc::credentials_rejected));
        BOOST_REQUIRE(each->result.outcome == outcome::not_sent);
    }
    BOOST_TEST(rejected_by_service <= 2U);

    broken = false;
    w.run_for(5min);
    auto const later = w.stop(0);
    w.run_until_done(*later);
    BOOST_TEST(later->result.outcome == outcome::stopped);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(blast_radius)

BOOST_AUTO_TEST_CASE(wrong_token) {
    ten_thousand_with_a_wrong_credential([](world&) { return token_credentials("wrong"); });
}

BOOST_AUTO_TEST_CASE(wrong_token_that_a_refresh_does_not_cure) {
    ten_thousand_with_a_wrong_credential(
        [](world& w) -> std::shared_ptr<credentials_provider> { return std::make_shared<stubborn_provider>(*w.io); });
}

BOOST_AUTO_TEST_CASE(an_accepted_token_that_is_revoked) {
    world w;
    bool broken = false;
    std::size_t requests = 0;
    answer_all(w, broken, error_text(401, "APIGW.0301"), requests);
    auto const first = w.stop(0);
    w.run_until_done(*first);
    broken = true;
    calls const all_calls = start(w, 10'000);
    w.run_for(1min);
    // Those that were under way when the first 401 came, no more.
    BOOST_TEST(requests <= 1U + w.config.pool.max_connections);
    for (auto const& each : all_calls)
        BOOST_REQUIRE((each->code == condition::unauthenticated));
}

BOOST_AUTO_TEST_CASE(an_unproved_token_is_used_by_one_request_at_a_time) {
    for (unsigned status : {408U, 429U, 503U}) {
        world w;
        std::size_t under_way = 0;
        std::size_t most = 0;
        w.net.server = [&](request const&) {
            most = std::max(most, ++under_way);
            w.time.after(20ms, [&] { --under_way; });
            answer a;
            a.delay = 20ms;
            a.bytes = reply_text(status);
            return a;
        };
        start(w, 100);
        w.run();
        BOOST_TEST(most == 1U);
    }
}

BOOST_AUTO_TEST_CASE(blacklisted_address) {
    world w;
    bool broken = true;
    std::size_t requests = 0;
    answer_all(w, broken, reply_text(418), requests);
    calls const all_calls = start(w, 10'000);
    w.run_for(1min);
    BOOST_TEST(requests == 1U);
    for (auto const& each : all_calls) {
        BOOST_REQUIRE(each->completions == 1U);
        BOOST_REQUIRE((each->code == condition::blocked));
        BOOST_REQUIRE(each->result.outcome == (each->result.http_status == 418 ? outcome::refused : outcome::not_sent));
    }
    broken = false;
    w.run_for(5min);
    auto const later = w.stop(0);
    w.run_until_done(*later);
    BOOST_TEST(later->result.outcome == outcome::stopped);
}

// A key is the same everywhere, a token is one of an endpoint's.
BOOST_AUTO_TEST_CASE(a_key_that_one_region_rejects_is_sent_to_no_other) {
    for (bool const key : {true, false}) {
        world w;
        w.config.endpoints = {{"cn-north-4", "https://north.test"}, {"cn-east-3", "https://east.test"}};
        w.config.region = "cn-north-4";
        w.config.endpoint.clear();
        w.config.credentials = key ? key_credentials("AK", "SK") : token_credentials("wrong");
        bool const broken = true;
        std::size_t requests = 0;
        answer_all(w, broken, error_text(401, "APIGW.0301"), requests);
        auto const first = w.stop(sync_task("p", "t", "cn-north-4"));
        w.run_until_done(*first);
        BOOST_TEST(first->result.outcome == outcome::refused);
        auto const second = w.stop(sync_task("p", "t", "cn-east-3"));
        w.run_until_done(*second);
        BOOST_TEST(second->result.outcome == (key ? outcome::not_sent : outcome::refused));
        BOOST_TEST(requests == (key ? 1U : 2U));
    }
}

BOOST_AUTO_TEST_SUITE_END()
