// SPDX-License-Identifier: BSL-1.0
//
// HTTP/2 over real TLS, against the simulator.
#include "system/support/rig.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace oms::test;
using oms::testing::any;
using oms::testing::http_versions;

namespace {

oms::testing::simulator_options speaking(http_versions spoken, std::size_t projects = 10, std::size_t tasks = 20) {
    auto options = running(projects, tasks);
    options.http = spoken;
    return options;
}

struct setup : rig {
    explicit setup(oms::testing::simulator_options options, oms::http_version wanted = oms::http_version::automatic)
        : rig(std::move(options)) {
        config.http = wanted;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(http2_over_tls)

BOOST_AUTO_TEST_CASE(sixty_four_at_a_time_need_four_handshakes) {
    setup w(speaking(http_versions::both, 64, 20));
    oms::bulk_options options;
    options.max_in_flight = 64;
    auto const got = w.stop_all(w.sim.tasks(), options);
    BOOST_TEST(!got.code);
    BOOST_TEST(got.result.stopped == 1280U);
    BOOST_TEST(w.sim.handshakes() <= 4U);
    BOOST_TEST(w.client().metrics().http_2 == w.client().metrics().handshakes);
    BOOST_TEST(w.sim.mismatches().total() == 0U);
    BOOST_TEST(w.client().describe().find("HTTP/2") != std::string::npos);
    for (auto const& task : w.sim.tasks())
        BOOST_TEST(w.sim.stops(task) == 1U);
}

BOOST_AUTO_TEST_CASE(who_speaks_what) {
    using oms::http_version;
    struct row {
        http_version wanted;
        http_versions offered;
        bool http_2;
        oms::error_code code;
    } const rows[] = {
        {http_version::automatic, http_versions::http_1_1, false, {}},
        {http_version::automatic, http_versions::http_2, true, {}},
        {http_version::automatic, http_versions::both, true, {}},
        {http_version::http_1_1, http_versions::http_1_1, false, {}},
        {http_version::http_1_1, http_versions::both, false, {}},
        {http_version::http_2, http_versions::http_2, true, {}},
        {http_version::http_2, http_versions::both, true, {}},
        {http_version::http_2, http_versions::http_1_1, false, oms::errc::peer_not_http2},
    };
    for (row const& r : rows) {
        setup w(speaking(r.offered), r.wanted);
        auto const got = w.stop(w.sim.tasks()[0]);
        BOOST_TEST(got.code == r.code);
        BOOST_TEST(w.client().metrics().http_2 == (r.http_2 ? 1U : 0U));
        if (r.code) {
            BOOST_TEST((got.code == oms::condition::tls_failed));
            BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
        }
    }
}

// What the service gets is the same, whatever brings it.
BOOST_AUTO_TEST_CASE(the_service_gets_the_same) {
    std::vector<std::vector<std::string>> seen;
    for (auto const spoken : {http_versions::http_1_1, http_versions::http_2}) {
        setup w(speaking(spoken));
        std::vector<std::string> headers;
        w.sim.on(any()).reply([&](oms::testing::request_details const& asked) {
            for (auto const* name : {"Host", "User-Agent", "Content-Type", "Content-Length", "X-Auth-Token"})
                headers.push_back(std::string(name) + ": " + std::string(asked.header(name)));
            headers.push_back(std::string(asked.method) + ' ' + std::string(asked.target));
            return std::optional<oms::testing::scripted_reply>();
        });
        w.stop(w.sim.tasks()[0]);
        for (auto& each : headers) {
            if (each.starts_with("Host: ")) each = each.substr(0, each.rfind(':'));
        }
        seen.push_back(headers);
    }
    BOOST_TEST(seen[0].size() == 6U);
    BOOST_TEST(seen[0] == seen[1], boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_under_its_own_faults) {
    setup w(speaking(http_versions::http_2, 50, 20));
    w.sim.on(any()).share(0.02).refuse_stream();
    w.sim.on(any()).share(0.02).reset_stream(8);
    w.sim.on(any()).share(0.005).go_away();
    w.sim.on(any()).share(0.01).reset_before_reply();
    oms::bulk_options options;
    options.max_in_flight = 64;
    std::map<oms::outcome, std::size_t> outcomes;
    std::size_t wrong = 0;
    options.on_result = [&](oms::task_ref const& task, oms::error_code, oms::stop_result const& r) {
        ++outcomes[r.outcome];
        bool const stopped = w.sim.stops(task) > 0;
        if (r.outcome == oms::outcome::stopped || r.outcome == oms::outcome::already_stopped) wrong += !stopped;
        if (r.outcome == oms::outcome::not_sent) wrong += stopped;
    };
    auto const got = w.stop_all(w.sim.tasks(), options);
    BOOST_TEST(got.result.pulled == 1000U);
    BOOST_TEST(wrong == 0U);
    BOOST_TEST(outcomes[oms::outcome::stopped] + outcomes[oms::outcome::already_stopped] == 1000U);
}

BOOST_AUTO_TEST_CASE(lists_go_by_it_too) {
    setup w(speaking(http_versions::http_2, 1, 1000));
    oms::list_query query;
    query.project_id = w.sim.project_id(0);
    query.limit = 100;
    std::size_t listed = 0;
    run(w.context, [&]() -> asio::awaitable<void> {
        auto tasks = w.client().list_all(query);
        while (auto const task = co_await tasks.async_next(asio::use_awaitable))
            ++listed;
    });
    BOOST_TEST(listed == 1000U);
    BOOST_TEST(w.client().metrics().http_2 == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
