// SPDX-License-Identifier: BSL-1.0
// Many projects, each with its own credential, over the same few connections: nothing gets mixed up, and
// nothing stays behind.
#include "system/nginx_server.hpp"
#include "system/support/rig.hpp"

#include <boost/asio/post.hpp>

#include <malloc.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace oms::test;

namespace {

constexpr std::size_t projects = 1'000;
constexpr std::size_t threads = 4;

// A token, a key of its own, or a key that ten projects share: by turns.
std::map<std::string, std::shared_ptr<oms::credentials_provider>, std::less<>> make_credentials(
    oms::testing::simulator& sim) {
    std::map<std::string, std::shared_ptr<oms::credentials_provider>, std::less<>> by_project;
    std::map<std::size_t, oms::testing::access_key> shared;
    for (std::size_t i = 0; i < projects; ++i) {
        auto const id = sim.project_id(i);
        if (i % 3 == 0) {
            by_project[id] = oms::token_credentials(sim.token(id));
            continue;
        }
        auto const number = std::to_string(i % 3 == 1 ? i : i % 100);
        oms::testing::access_key key((i % 3 == 1 ? "AKOWN" : "AKSHARED") + number, "secret-of-" + number);
        if (i % 3 == 2 && i % 2 == 0) key.security_token = "session-of-" + number;
        auto& known = i % 3 == 1 ? key : shared.try_emplace(i % 100, key).first->second;
        known.projects.push_back(id);
        by_project[id] = oms::key_credentials(known.id, known.secret, known.security_token);
        if (i % 3 == 1) sim.add_key(key);
    }
    for (auto const& [number, key] : shared) {
        sim.add_key(key);
    }
    return by_project;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(credential_isolation)

BOOST_AUTO_TEST_CASE(a_thousand_projects_in_four_threads_never_mix) {
    auto options = running(projects, threads);
    options.threads = 2;
    options.keep_ledger = false;
    rig r(options);
    r.config.credentials = oms::per_project_credentials(make_credentials(r.sim));
    r.config.pool.max_connections = 8;
    asio::io_context context(threads);
    oms::client client(context, r.config);
    std::atomic<std::size_t> ended = 0, stopped = 0, shown = 0;
    auto work = asio::make_work_guard(context);
    std::vector<std::thread> running_threads;
    for (std::size_t t = 0; t < threads; ++t) {
        // Each stops one task of every project, and in between looks at another thread's; all in different orders.
        asio::post(context, [&, t] {
            constexpr std::array<std::size_t, threads> steps{1, 7, 331, 997};
            for (std::size_t i = 0; i < projects; ++i) {
                auto const project = i * steps[t] % projects;
                client.async_stop(r.task(project, t), [&](oms::error_code ec, oms::stop_result const& got) {
                    if (!ec && got.outcome == oms::outcome::stopped) ++stopped;
                    ++ended;
                });
                if (i % 4 != 0) continue;
                client.async_show(r.task(project, (t + 1) % threads), [&](oms::error_code ec, oms::task_info const&) {
                    if (!ec) ++shown;
                    ++ended;
                });
            }
        });
        running_threads.emplace_back([&context] { context.run(); });
    }
    constexpr std::size_t stops = projects * threads, shows = stops / 4;
    bool const all = becomes_true([&] { return ended == stops + shows; });
    work.reset();
    client.cancel();
    BOOST_TEST(all);
    auto const metrics = client.metrics();
    context.stop();
    for (auto& each : running_threads)
        each.join();

    BOOST_TEST(stopped == stops);
    BOOST_TEST(shown == shows);
    auto const mixed = r.sim.mismatches();
    BOOST_TEST(mixed.token_project == 0u);
    BOOST_TEST(mixed.header_project == 0u);
    BOOST_TEST(mixed.key_project == 0u);
    BOOST_TEST(mixed.signature == 0u);
    for (oms::task_ref const& each : r.sim.tasks())
        BOOST_TEST(r.sim.stops(each) == 1u);
    BOOST_TEST(r.sim.requests() == stops + shows);
    BOOST_TEST(r.sim.connections() <= 8u);
    BOOST_TEST(metrics.reused > stops / 2);  // projects did share connections
    // All of a project's requests were signed with the project's own key.
    BOOST_TEST(r.sim.key("AKOWN1").requests >= threads);
    BOOST_TEST(r.sim.key("AKOWN1").accepted == r.sim.key("AKOWN1").requests);
    BOOST_TEST(r.sim.key("AKSHARED5").accepted > threads);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
BOOST_AUTO_TEST_CASE(different_projects_leave_nothing_behind) {
    nginx_server const server;  // a process of its own: its memory does not count
    oms::client_config config;
    config.endpoint = server.endpoint();
    config.tls.ca_pem = server.ca_pem();
    config.http = oms::http_version::http_1_1;  // of many streams at a time this server takes three a connection
    std::size_t asked = 0;
    config.credentials = oms::per_project_credentials([&](std::string const& project) {
        ++asked;
        return oms::token_credentials("token-of-" + project + std::string(64, 't'));
    });
    config.pool.max_connections = 8;
    asio::io_context context(1);
    oms::client client(context, config);
    std::size_t next = 0;
    // Waves of different projects, until so many have been served.
    auto const serve_until = [&](std::size_t end) {
        std::size_t stopped = 0;
        while (next < end) {
            std::size_t ended = 0;
            constexpr std::size_t wave = 100;
            for (std::size_t i = 0; i < wave; ++i, ++next) {
                client.async_stop(oms::sync_task("ok-" + std::to_string(1'000'000 + next), "t"),
                                  [&](oms::error_code ec, oms::stop_result const&) {
                                      if (!ec) ++stopped;
                                      ++ended;
                                  });
            }
            BOOST_REQUIRE(run_until(context, [&] { return ended == wave; }));
        }
        return stopped;
    };
    // The cache of credentials is full after 10,000 projects. What is learnt of each credential is looked through
    // whenever there is twice as much of it as is in use, first at 16,384: compared is the same place in that cycle.
    constexpr std::size_t full = 20'000, more = 10'000;
    BOOST_TEST(serve_until(full) == full);
    auto const before = mallinfo2().uordblks;
    BOOST_TEST(serve_until(full + more) == more);
    auto const after = mallinfo2().uordblks;
    BOOST_TEST_MESSAGE("after " << full << " projects " << before << " bytes, after " << next << " " << after);
    // That place shifts by a hundred projects or so with what is under way when the table is looked through.
    // Fifty bytes kept of each further project would be found; the smallest record of one is larger.
    BOOST_TEST(after < before + 512 * 1024);
    BOOST_TEST(client.metrics().projects == 0u);
    BOOST_TEST(asked == full + more);
}
#endif

BOOST_AUTO_TEST_SUITE_END()
