// SPDX-License-Identifier: BSL-1.0
// What can go wrong can be rehearsed: the simulator as a program, and the tool against it.

#include "system/child_process.hpp"
#include "system/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using oms::test::child_process;

struct rehearsal {
    oms::test::temporary_directory directory;
    std::unique_ptr<child_process> service;
    std::string endpoint, told;

    std::string path(char const* name) const { return directory.file(name); }

    // Starts the simulator; its address.
    void serve(std::vector<std::string> more) {
        directory.write("where", "");
        std::vector<std::string> all{"/bin/sh",
                                     "-c",
                                     "exec \"$@\" >" + path("where") + " 2>&1",
                                     "sh",
                                     OMS_SIMULATOR,
                                     "--projects",
                                     "2",
                                     "--tasks-per-project",
                                     "10",
                                     "--ca-out",
                                     path("ca.pem"),
                                     "--token-out",
                                     path("tokens"),
                                     "--tasks-out",
                                     path("tasks")};
        std::ranges::move(more, std::back_inserter(all));
        service = std::make_unique<child_process>(std::move(all));
        std::string text;
        while (text.find('\n') == std::string::npos && service->running()) {
            std::this_thread::yield();
            text = directory.read("where");
        }
        std::string const begin = "listening on ";
        BOOST_REQUIRE(text.starts_with(begin));
        endpoint = text.substr(begin.size(), text.find('\n') - begin.size());
    }
    std::string stop_serving() {
        service->send(SIGTERM);
        BOOST_REQUIRE(service->wait_for(1min).value_or(-1) == 0);
        return directory.read("where");
    }
    int stop(std::vector<std::string> more) {
        std::vector<std::string> all{"/bin/sh",      "-c",           "exec \"$@\" >" + path("out") + " 2>&1",
                                     "sh",           OMS_STOP,       "--endpoint",
                                     endpoint,       "--ca-file",    path("ca.pem"),
                                     "--token-file", path("tokens"), "--from",
                                     path("tasks")};
        std::ranges::move(more, std::back_inserter(all));
        child_process tool(std::move(all));
        int const status = tool.wait_for(1min).value_or(-1);
        told = directory.read("out");
        return status;
    }
    int refused(std::vector<std::string> more) {
        more.insert(more.begin(), {"/bin/sh", "-c", "exec \"$@\" >" + path("out") + " 2>&1", "sh", OMS_SIMULATOR});
        child_process simulator(std::move(more));
        int const status = simulator.wait_for(1min).value_or(-1);
        told = directory.read("out");
        return status;
    }
};

bool has(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(rehearsals)

BOOST_FIXTURE_TEST_CASE(a_service_that_fails_and_is_slow, rehearsal) {
    serve({"--fail", "25%:503", "--slow", "50%:5ms"});
    BOOST_TEST(stop({}) == 0, told);
    BOOST_TEST(has(told, "stopped          20\n"), told);
    std::string const ledger = stop_serving();
    BOOST_TEST(has(ledger, "status 503 "), ledger);
    BOOST_TEST(has(ledger, "never-stopped 0\n"), ledger);
}

BOOST_FIXTURE_TEST_CASE(a_service_that_throttles, rehearsal) {
    serve({"--throttle", "20"});
    BOOST_TEST(stop({}) == 0, told);
    BOOST_TEST(has(stop_serving(), "never-stopped 0\n"));
}

BOOST_FIXTURE_TEST_CASE(tokens_that_end, rehearsal) {
    serve({"--expire-tokens-after", "0ms"});
    while (stop({}) == 0 && service->running()) {
    }
    BOOST_TEST(stop({}) == 3, told);
}

BOOST_FIXTURE_TEST_CASE(a_key_for_all_projects, rehearsal) {
    serve({"--profile-out", path("profile")});
    using std::filesystem::perms;
    BOOST_TEST((std::filesystem::status(path("profile")).permissions() == (perms::owner_read | perms::owner_write)));
    std::vector<std::string> all{"/bin/sh", "-c",         "exec \"$@\" >" + path("out") + " 2>&1",
                                 "sh",      OMS_STOP,     "--endpoint",
                                 endpoint,  "--ca-file",  path("ca.pem"),
                                 "--from",  path("tasks")};
    child_process tool(std::move(all), {"HUAWEICLOUD_SDK_CREDENTIALS_FILE=" + path("profile")});
    int const status = tool.wait_for(1min).value_or(-1);
    BOOST_TEST(status == 0, directory.read("out"));
    BOOST_TEST(has(stop_serving(), "never-stopped 0\n"));
}

BOOST_FIXTURE_TEST_CASE(what_a_script_says, rehearsal) {
    serve({});
    std::string const tasks = directory.read("tasks");
    std::string const first = tasks.substr(0, tasks.find('\n'));
    stop_serving();
    directory.write("script", "# the first one is not to be stopped\ntask " + first +
                                  " method POST reply 403:OMS.0206\nmethod POST attempt 1 do-not-execute reset\n");
    serve({"--script", path("script")});
    BOOST_TEST(stop({}) == 1, told);
    BOOST_TEST(has(told, "1 x OMS.0206: as the script says\n"), told);
    BOOST_TEST(has(told, "  " + first + "  refused  OMS.0206\n"), told);
    BOOST_TEST(has(told, "stopped          19\n"), told);
    std::string const ledger = stop_serving();
    BOOST_TEST(has(ledger, "never-stopped 1\n"), ledger);
}

BOOST_FIXTURE_TEST_CASE(a_script_counts_and_drips, rehearsal) {
    directory.write("script",
                    "method GET pass\nmethod POST nth 2 reply 403:OMS.0206\nmethod POST after 4 drip 64/1ms\n");
    serve({"--script", path("script")});
    BOOST_TEST(stop({}) == 1, told);
    BOOST_TEST(has(told, "stopped          19\n"), told);
    BOOST_TEST(has(told, "1 x OMS.0206: as the script says\n"), told);
    BOOST_TEST(has(stop_serving(), "never-stopped 1\n"));
}

BOOST_FIXTURE_TEST_CASE(a_simulator_that_comes_back_is_trusted, rehearsal) {
    serve({"--ca-key", path("key")});
    std::string const root = directory.read("ca.pem");
    stop_serving();
    serve({"--ca-key", path("key")});
    directory.write("ca.pem", root);
    BOOST_TEST(stop({}) == 0, told);
    stop_serving();
    serve({});
    directory.write("ca.pem", root);
    BOOST_TEST(stop({}) == 5, told);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_rehearsed, rehearsal) {
    for (std::vector<std::string> const& each : std::vector<std::vector<std::string>>{{"--fail", "5:503"},
                                                                                      {"--fail", "0%:503"},
                                                                                      {"--fail", "5%:99"},
                                                                                      {"--throttle", "fast"},
                                                                                      {"--slow", "soon"},
                                                                                      {"--expire-tokens-after", "x"}}) {
        BOOST_TEST(refused(each) == 2, each[0] << " " << each[1]);
        BOOST_TEST(has(told, "cannot be"), told);
    }
    for (char const* const line :
         {"explode", "method", "task nothing reply 503", "method POST", "nth 0 reply 503", "nth 2 times 2 reply 503",
          "after x reply 503", "drip 64", "drip 0/1ms", "drip 64/0ms", "pass reply 503", "reply 503\nreply 504"}) {
        directory.write("script", line);
        BOOST_TEST(refused({"--script", path("script")}) == 2, line);
    }
    BOOST_TEST(has(told, "takes all of its requests"), told);
    BOOST_TEST(refused({"--help"}) == 0);
    BOOST_TEST(has(told, "drip BYTES/TIME"), told);
    directory.write("key", "no key");
    BOOST_TEST(refused({"--ca-key", path("key")}) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
