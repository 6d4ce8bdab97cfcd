// SPDX-License-Identifier: BSL-1.0
// A real server: nginx with canned replies, which hangs up after every third, by HTTP/1.1 and by HTTP/2.
#include "system/nginx_server.hpp"

#include <oms/oms.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace asio = boost::asio;

BOOST_AUTO_TEST_SUITE(nginx)

namespace {

constexpr std::size_t of_each = 500;

struct expected {
    std::string project;
    oms::outcome outcome;
    unsigned status;
    std::string service_code;
};

std::array<expected, 4> const kinds{{
    {"ok-project", oms::outcome::stopped, 200, ""},
    {"bad-project", oms::outcome::refused, 400, "OMS.0001"},
    {"denied-project", oms::outcome::refused, 403, "OMS.0206"},
    {"html-project", oms::outcome::unknown, 502, ""},  // the back end may have acted
}};

oms::client_config config_for(oms::test::nginx_server const& server, oms::http_version spoken) {
    oms::client_config config;
    config.endpoint = server.endpoint();
    config.tls.ca_pem = server.ca_pem();
    config.credentials = oms::token_credentials(std::string(2048, 't'));
    config.http = spoken;
    config.retry.base_delay = std::chrono::milliseconds(1);
    config.retry.max_delay = std::chrono::milliseconds(2);
    return config;
}

asio::awaitable<oms::bulk_report> stop_all(oms::client& client, std::vector<oms::task_ref> tasks,
                                           oms::bulk_options options) {
    auto result = co_await oms::async_stop_all(client, std::move(tasks), options, asio::as_tuple(asio::use_awaitable));
    co_await client.async_shutdown(std::chrono::seconds(5), asio::use_awaitable);
    BOOST_TEST(!std::get<0>(result));
    co_return std::move(std::get<1>(result));
}

void stop_2000_tasks(oms::http_version spoken) {
    oms::test::nginx_server const server;
    std::vector<oms::task_ref> tasks;
    for (std::size_t i = 0; i < of_each; ++i) {
        for (expected const& kind : kinds) {
            tasks.push_back(oms::sync_task(kind.project + std::to_string(i % 50), "task-" + std::to_string(i)));
        }
    }
    std::map<std::pair<std::string, std::string>, oms::stop_result> seen;
    oms::bulk_options options;
    options.on_result = [&](oms::task_ref const& task, oms::error_code ec, oms::stop_result const& result) {
        BOOST_TEST((seen.emplace(std::pair(task.project_id, task.task_id), result).second));
        BOOST_TEST(!ec == (result.outcome == oms::outcome::stopped));
    };
    asio::io_context context(1);
    oms::client client(context, config_for(server, spoken));
    auto report = asio::co_spawn(context, stop_all(client, tasks, options), asio::use_future);
    context.run();
    BOOST_TEST((client.metrics().http_2 > 0) == (spoken == oms::http_version::http_2));

    oms::bulk_report const r = report.get();
    BOOST_TEST(r.pulled == 4 * of_each);
    BOOST_TEST(r.stopped == of_each);
    BOOST_TEST(r.refused == 2 * of_each);
    BOOST_TEST(r.unknown == of_each);
    BOOST_TEST(r.not_sent + r.not_attempted + r.already_stopped + r.duplicates == 0U);
    BOOST_TEST(seen.size() == tasks.size());
    for (auto const& [name, result] : seen) {
        for (expected const& kind : kinds) {
            if (!name.first.starts_with(kind.project)) continue;
            BOOST_TEST(result.outcome == kind.outcome);
            BOOST_TEST(result.http_status == kind.status);
            BOOST_TEST(result.service_code == kind.service_code);
            BOOST_TEST(!result.request_id.empty());
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(stops_2000_tasks_with_the_expected_outcome_each) {
    stop_2000_tasks(oms::http_version::http_1_1);
}

BOOST_AUTO_TEST_CASE(and_so_it_does_by_http_2) {
    stop_2000_tasks(oms::http_version::http_2);
}

BOOST_AUTO_TEST_SUITE_END()
