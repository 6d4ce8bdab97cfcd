// SPDX-License-Identifier: BSL-1.0
//
// Which endpoint a region's calls go to, and what follows where it cannot be reached.
#include "io/harness/world.hpp"

#include <oms/observer.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

using peers = std::vector<std::string>;

// The dials to each of these peers fail.
void break_peers(world& w, std::map<std::string, dial_step> const& broken) {
    w.net.dials = [&w, broken](std::size_t) {
        auto const found = broken.find(w.net.peers.back());
        return std::vector<dial_step>{found != broken.end() ? found->second : dial_step{phase::connect, 1ms}};
    };
}

dial_step fails(oms::phase in, errc code) {
    dial_step step{in, 1ms};
    step.code = code;
    return step;
}

dial_step stalls(oms::phase in) {
    dial_step step{in};
    step.stalls = true;
    return step;
}

struct warnings final : observer {
    void on_warning(warning_event const& e) noexcept override {
        codes.emplace_back(e.code);
        texts.emplace_back(e.text);
    }
    peers codes;
    peers texts;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(regions_and_endpoints)

BOOST_AUTO_TEST_CASE(each_region_has_its_own) {
    world w;
    w.config.endpoint = "https://own.test:8443";
    w.config.region = "cn-north-4";
    w.config.endpoints = {{"cn-north-4", "https://overruled.test"}, {"odd one", "https://odd.test"}};
    for (std::string const region : {"", "cn-north-4", "odd one", "ap-southeast-2"}) {
        auto const call = w.stop(sync_task("p", "t", region));
        w.run_until_done(*call);
        BOOST_TEST(call->result.outcome == outcome::stopped);
    }
    BOOST_TEST(w.net.peers == (peers{"own.test:8443", "odd.test:443", "oms.ap-southeast-2.myhuaweicloud.com:443"}),
               boost::test_tools::per_element());
    for (std::string const region : {"nowhere", "cn-north-4.evil.example", "CN-NORTH-4"}) {
        auto const call = w.stop(sync_task("p", "t", region));
        w.run_until_done(*call);
        BOOST_TEST(call->code == error_code(errc::unknown_region));
        BOOST_TEST(call->result.outcome == outcome::not_sent);
        BOOST_TEST(call->result.service_message == "region");
    }
    BOOST_TEST(w.net.dialed == 3U);
}

BOOST_AUTO_TEST_CASE(the_next_endpoint_where_one_cannot_be_reached) {
    for (auto const& broken :
         {fails(phase::resolve, errc::host_not_found), fails(phase::resolve, errc::resolve_failed),
          fails(phase::connect, errc::connect_failed), stalls(phase::resolve), stalls(phase::connect)}) {
        BOOST_TEST_CONTEXT(to_string(broken.in) << ' ' << error_code(broken.code).message()) {
            world w;
            w.config.endpoint = "https://a.test,https://b.test,https://c.test";
            break_peers(w, {{"a.test:443", broken}, {"b.test:443", broken}});
            auto const call = w.stop(0);
            w.run_until_done(*call);
            BOOST_TEST(call->result.outcome == outcome::stopped);
            BOOST_TEST(w.net.peers == (peers{"a.test:443", "b.test:443", "c.test:443"}),
                       boost::test_tools::per_element());
            BOOST_TEST((broken.stalls || call->result.elapsed < 10ms), "there is nothing to wait for");
            // The one that was reached stays the first choice.
            w.run();
            w.run_until_done(*w.stop(1));
            BOOST_TEST(w.net.peers.back() == "c.test:443");
            BOOST_TEST(w.net.dialed == 4U);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_same_endpoint_on_every_other_failure) {
    for (auto const& broken :
         {fails(phase::handshake, errc::certificate_untrusted), fails(phase::handshake, errc::handshake_truncated),
          fails(phase::proxy, errc::proxy_auth_required), fails(phase::proxy, errc::proxy_failed),
          stalls(phase::handshake)}) {
        BOOST_TEST_CONTEXT(to_string(broken.in) << ' ' << error_code(broken.code).message()) {
            world w;
            w.config.endpoint = "https://a.test,https://b.test";
            break_peers(w, {{"a.test:443", broken}});
            auto const call = w.stop(0);
            w.run_until_done(*call);
            BOOST_TEST((call->result.outcome == outcome::not_sent));
            BOOST_TEST(std::count(w.net.peers.begin(), w.net.peers.end(), "b.test:443") == 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(replies_never_change_the_endpoint) {
    world w;
    w.config.endpoint = "https://a.test,https://b.test";
    w.net.server = [](request const&) {
        answer a;
        a.bytes = reply_text(503);
        return a;
    };
    auto const call = w.stop(0);
    w.run_until_done(*call);
    BOOST_TEST(call->result.attempts == 4U);
    BOOST_TEST(std::count(w.net.peers.begin(), w.net.peers.end(), "b.test:443") == 0);
}

BOOST_AUTO_TEST_CASE(all_are_tried_again_after_a_pause) {
    world w;
    w.config.endpoint = "https://a.test,https://b.test,https://c.test";
    w.config.pool.max_handshakes = 8;
    w.net.keeps_ledger = false;
    auto const refused = fails(phase::connect, errc::connect_failed);
    break_peers(w, {{"a.test:443", refused}, {"b.test:443", refused}, {"c.test:443", refused}});
    std::vector<std::shared_ptr<started>> calls;
    for (std::size_t i = 0; i < 1000; ++i)
        calls.push_back(w.stop(i));
    w.run_for(10s);
    BOOST_TEST(w.net.dialed <= 100U, w.net.dialed << " dials");
    for (auto const* each : {"a.test:443", "b.test:443", "c.test:443"})
        BOOST_TEST(std::count(w.net.peers.begin(), w.net.peers.end(), each) >= 2, each);
    break_peers(w, {{"a.test:443", refused}, {"c.test:443", refused}});
    w.run_for(60s);
    for (auto const& each : calls)
        BOOST_REQUIRE(each->result.outcome == outcome::stopped);
}

BOOST_AUTO_TEST_CASE(odd_regions_are_told_once_and_not_refused) {
    world w;
    auto const told = std::make_shared<warnings>();
    w.config.observer = told;
    w.config.endpoint.clear();
    w.config.region = "cn-north-4";
    w.config.endpoints = {{"zz-private-1", "https://private.test"}};
    for (int round = 0; round < 3; ++round) {
        for (auto const* region : {"", "cn-east-3", "zz-private-1", "cn-north-1", "zz-new-1"}) {
            auto const call = w.stop(sync_task("p", "t", region));
            w.run_until_done(*call);
            BOOST_TEST(call->result.outcome == outcome::stopped);
        }
    }
    BOOST_TEST(told->codes == (peers{"no_sync_tasks_in_region", "unknown_region", "no_sync_tasks_in_region"}),
               boost::test_tools::per_element());
    BOOST_REQUIRE(told->texts.size() == 3U);
    BOOST_TEST(told->texts[0].find("cn-north-1") != std::string::npos, told->texts[0]);
    BOOST_TEST(told->texts[1].find("oms.zz-new-1.myhuaweicloud.com") != std::string::npos, told->texts[1]);

    world other;
    auto const quiet = std::make_shared<warnings>();
    other.config.observer = quiet;
    other.config.endpoint.clear();
    other.config.region = "cn-north-1";
    other.run_until_done(*other.stop(migration_task("p", "t")));
    BOOST_TEST(quiet->codes.empty());
}

BOOST_AUTO_TEST_SUITE_END()
