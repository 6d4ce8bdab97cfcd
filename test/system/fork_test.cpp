// SPDX-License-Identifier: BSL-1.0
// Programs that fork, and that start others: a child's copies of connections end unseen, and nothing is inherited.
#include "system/support/rig.hpp"

#include <boost/asio/execution_context.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <filesystem>
#include <functional>
#include <set>
#include <string>

using namespace oms::test;

namespace {

std::set<int> open_descriptors() {
    std::set<int> all;
    for (auto const& each : std::filesystem::directory_iterator("/proc/self/fd"))
        all.insert(std::stoi(each.path().filename()));
    return all;
}

std::set<int> const at_start = open_descriptors();

// What the body returns, in a process of its own; 99: it threw; 128 and more: a signal.
int in_child(
    std::function<int()> const& body, std::function<void()> const& beside = [] {}) {
    pid_t const child = ::fork();
    if (child == 0) {
        ::alarm(60);  // whatever happens, it ends
        int code = 99;
        try {
            code = body();
        } catch (...) {
        }
        ::_exit(code);
    }
    beside();
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct setup : rig {
    using event = asio::execution_context::fork_event;

    setup() {
        BOOST_REQUIRE(!stop(task(0)).code);  // leaves an idle connection
        BOOST_REQUIRE(sim.connections() == 1u);
    }

    // As the manual of Asio says.
    int in_told_child(std::function<int()> const& body) {
        context.notify_fork(event::fork_prepare);
        return in_child(
            [&] {
                context.notify_fork(event::fork_child);
                return body();
            },
            [&] { context.notify_fork(event::fork_parent); });
    }

    // The parent goes on with the connection that it had.
    void goes_on(oms::task_ref const& with, unsigned connections) {
        auto const got = stop(with);
        BOOST_TEST(!got.code, got.code.message());
        BOOST_TEST(sim.stops(with) == 1u);
        BOOST_TEST(sim.connections() == connections);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(forks, setup)

BOOST_AUTO_TEST_CASE(a_child_that_is_told_opens_connections_of_its_own) {
    BOOST_TEST(in_told_child([this] { return stop(task(1)).code ? 1 : 0; }) == 0);
    BOOST_TEST(sim.stops(task(1)) == 1u);
    BOOST_TEST(sim.connections() == 2u);
    goes_on(task(2), 2);
}

BOOST_AUTO_TEST_CASE(a_child_that_is_told_destroys_its_client_unseen) {
    BOOST_TEST(in_told_child([this] {
                   own.reset();
                   return run_out(context) ? 0 : 1;
               }) == 0);
    goes_on(task(2), 1);
}

BOOST_AUTO_TEST_CASE(a_child_that_nobody_told_destroys_its_client_unseen) {
    BOOST_TEST(in_child([this] {
                   own.reset();
                   return 0;
               }) == 0);
    goes_on(task(2), 1);
}

BOOST_AUTO_TEST_CASE(what_is_under_way_goes_on_in_the_parent_alone) {
    stop_receipt got;
    client().async_stop(task(1), got.handler());
    BOOST_REQUIRE(becomes_true([this] { return sim.stops(task(1)) == 1; }));  // and nobody has read the reply
    BOOST_TEST(in_told_child([&] {
                   if (!run_until(context, [&] { return got.calls != 0; })) return 1;
                   if (got.code != oms::errc::cancelled) return 2;
                   return got.result.outcome == oms::outcome::unknown ? 0 : 3;
               }) == 0);
    BOOST_TEST(run_until(context, [&] { return got.calls != 0; }));
    BOOST_TEST(!got.code, got.code.message());
    BOOST_TEST(sim.stops(task(1)) == 1u);
    goes_on(task(2), 1);
}

BOOST_AUTO_TEST_CASE(a_child_that_nobody_told_cancels_unseen) {
    stop_receipt got;
    client().async_stop(task(1), got.handler());
    BOOST_REQUIRE(becomes_true([this] { return sim.stops(task(1)) == 1; }));
    BOOST_TEST(in_child([this] {
                   client().cancel();
                   own.reset();
                   return 0;
               }) == 0);
    BOOST_TEST(run_until(context, [&] { return got.calls != 0; }));
    BOOST_TEST(!got.code, got.code.message());
    goes_on(task(2), 1);
}

BOOST_AUTO_TEST_CASE(programs_that_are_started_inherit_nothing) {
    for (int const each : open_descriptors()) {
        int const flags = ::fcntl(each, F_GETFD);
        if (at_start.contains(each) || flags < 0) continue;  // or the directory itself, closed by now
        std::error_code ec;
        auto const what = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(each), ec);
        BOOST_TEST((flags & FD_CLOEXEC) != 0, each << " is " << what);
    }
}

BOOST_AUTO_TEST_SUITE_END()
