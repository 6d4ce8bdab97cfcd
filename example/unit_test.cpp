// SPDX-License-Identifier: BSL-1.0
//
// A test of code that uses the client: the service is in memory, and time is the test's, so that half a minute of
// back-off takes a moment. More of it: doc/testing.md.

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>
#include <oms/testing/virtual_time.hpp>

#include <boost/asio/io_context.hpp>

#define BOOST_TEST_MODULE unit_test
#include <boost/test/included/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

using namespace std::chrono_literals;

// What is tested: stops a task, and says in a word how it went.
template <class Report>
void stop_and_report(oms::client& client, oms::task_ref task, Report report) {
    client.async_stop(std::move(task), [report](oms::error_code code, oms::stop_result const& result) mutable {
        if (!code || code == oms::condition::not_running) return report("stopped");
        report(result.outcome == oms::outcome::unknown ? "look again" : "failed");
    });
}

struct with_service {
    static oms::testing::simulator_options one_task() {
        oms::testing::simulator_options options;
        options.projects = 1;
        options.tasks_per_project = 1;
        return options;
    }
    std::string report_of_one() {
        std::optional<std::string> word;
        stop_and_report(client, service.tasks().front(), [&](char const* w) { word = w; });
        BOOST_TEST(time.run_until([&] { return word.has_value(); }));
        return word.value_or("nothing");
    }

    boost::asio::io_context context;
    oms::testing::virtual_time time{context};
    oms::testing::simulator service{time, one_task()};
    oms::client client{context, service.client_config()};
};

BOOST_FIXTURE_TEST_CASE(a_running_task_is_stopped, with_service) {
    BOOST_TEST(report_of_one() == "stopped");
    BOOST_TEST(service.stops(service.tasks().front()) == 1U);
}

BOOST_FIXTURE_TEST_CASE(one_that_had_stopped_is_as_good, with_service) {
    report_of_one();
    BOOST_TEST(report_of_one() == "stopped");
}

BOOST_FIXTURE_TEST_CASE(a_service_that_fails_for_a_while_is_asked_again, with_service) {
    service.on(oms::testing::match::any()).times(3).reply(503);
    BOOST_TEST(report_of_one() == "stopped");
    BOOST_TEST((time.elapsed() > 0s));
}

BOOST_FIXTURE_TEST_CASE(a_service_that_says_nothing_leaves_it_open, with_service) {
    service.on(oms::testing::match::any()).no_reply();
    BOOST_TEST(report_of_one() == "look again");
    BOOST_TEST((time.elapsed() <= 90s));  // `timeouts.total`
}
