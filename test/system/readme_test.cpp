// SPDX-License-Identifier: BSL-1.0
// The program in README.md, as it stands there, against the simulator.

#include "system/child_process.hpp"
#include "system/support/rig.hpp"
#include "system/temporary_directory.hpp"

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>

namespace {

namespace asio = boost::asio;

#include "readme_bulk.ipp"

// What a stream would have shown.
class captured {
public:
    explicit captured(std::ostream& of) : of_(of), before_(of.rdbuf(text_.rdbuf())) {}
    captured(captured const&) = delete;
    captured& operator=(captured const&) = delete;
    ~captured() { of_.rdbuf(before_); }
    std::string text() const { return text_.str(); }

private:
    std::ostream& of_;
    std::ostringstream text_;
    std::streambuf* before_;
};

// The words of the example for many tasks, on standard output and standard error.
std::pair<std::string, std::string> stop_all(oms::client_config const& config, std::string const& project,
                                             bool closed) {
    captured const out(std::cout);
    captured const err(std::cerr);
    asio::io_context context(1);
    oms::client client(context, config);
    if (closed) client.async_shutdown(asio::detached);
    asio::co_spawn(context, stop_all_running(client, project), asio::detached);
    oms::test::run_until(context, [&] { return !out.text().empty() || !err.text().empty(); });
    return {out.text(), err.text()};
}

// The exit status of the program when it stops this task with this token; -1 where it does not end.
int run_example(oms::testing::simulator const& service, oms::task_ref const& task, std::string const& token) {
    oms::test::temporary_directory const directory;
    oms::test::child_process example(
        {OMS_README_EXAMPLE, service.endpoint(), task.project_id, task.task_id},
        {"OMS_TOKEN=" + token, "SSL_CERT_FILE=" + directory.write("ca.pem", service.ca_pem())});
    return example.wait_for(std::chrono::minutes(1)).value_or(-1);
}

oms::testing::simulator_options one_task() {
    oms::testing::simulator_options options;
    options.projects = 1;
    options.tasks_per_project = 1;
    return options;
}

BOOST_AUTO_TEST_SUITE(readme)

BOOST_AUTO_TEST_CASE(example_stops_a_task) {
    oms::testing::simulator service(one_task());
    oms::task_ref const task = service.tasks().front();
    BOOST_TEST(run_example(service, task, service.token(task.project_id)) == 0);
    BOOST_TEST(service.stops(task) == 1U);
}

// example/hello_stop.cpp has all from its environment.
BOOST_AUTO_TEST_CASE(the_shortest_example_stops_a_task) {
    oms::testing::simulator service(one_task());
    oms::task_ref const task = service.tasks().front();
    oms::testing::access_key key;
    key.id = "HPUAEXAMPLE";
    key.secret = "its secret";
    service.add_key(key);
    oms::test::temporary_directory const directory;
    for (auto const& [secret, expected] : {std::pair{"its secret", 0}, std::pair{"another", 1}}) {
        oms::test::child_process hello({OMS_HELLO_STOP, task.project_id, task.task_id},
                                       {"OMS_ENDPOINT=" + service.endpoint(), "HUAWEICLOUD_SDK_AK=HPUAEXAMPLE",
                                        std::string("HUAWEICLOUD_SDK_SK=") + secret,
                                        "OMS_CA_FILE=" + directory.write("ca.pem", service.ca_pem())});
        BOOST_TEST(hello.wait_for(std::chrono::minutes(1)).value_or(-1) == expected);
        BOOST_TEST(service.stops(task) == 1U);
    }
}

BOOST_AUTO_TEST_CASE(example_fails_with_a_wrong_token) {
    oms::testing::simulator service(one_task());
    oms::task_ref const task = service.tasks().front();
    BOOST_TEST(run_example(service, task, "wrong") == 1);
    BOOST_TEST(service.stops(task) == 0U);
}

BOOST_AUTO_TEST_CASE(many_are_stopped_and_accounted_for_when_that_fails) {
    oms::testing::simulator_options options;
    options.projects = 1;
    options.tasks_per_project = 7;
    oms::testing::simulator service(options);
    auto const config = oms::test::config_for(service);
    std::string const project = service.tasks().front().project_id;
    auto const refused = stop_all(config, project, true);
    BOOST_TEST(refused.first.empty());
    BOOST_TEST(refused.second.find("shut down") != std::string::npos, refused.second);
    auto const done = stop_all(config, project, false);
    BOOST_TEST(done.first == "7 of 7 stopped\n");
    BOOST_TEST(done.second.empty());
    for (auto const& task : service.tasks())
        BOOST_TEST(service.stops(task) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
