// SPDX-License-Identifier: BSL-1.0
// The tool as a person uses it: in a terminal.

#include "tool/tool_rig.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <stdexcept>

namespace {

using oms::test::running_tasks;
using oms::test::tool_rig;

// A program whose three streams are a terminal of its own.
class terminal {
public:
    explicit terminal(std::vector<std::string> arguments) {
        std::vector<char*> argv;
        for (std::string& each : arguments)
            argv.push_back(each.data());
        argv.push_back(nullptr);
        pid_ = forkpty(&file_, nullptr, nullptr, nullptr);
        if (pid_ < 0) throw std::runtime_error("forkpty");
        if (pid_ == 0) {
            execv(argv[0], argv.data());
            _exit(127);
        }
    }
    terminal(terminal const&) = delete;
    terminal& operator=(terminal const&) = delete;
    ~terminal() {
        close(file_);
        if (pid_ > 0) {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
    }

    // Whether the screen shows this within half a minute.
    bool shows(std::string const& text) {
        while (screen.find(text) == std::string::npos) {
            if (!read_more()) return false;
        }
        return true;
    }
    void type(std::string const& text) {
        BOOST_REQUIRE(write(file_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    int end() {
        while (read_more()) {
        }
        int status = 0;
        BOOST_REQUIRE(waitpid(pid_, &status, 0) == pid_);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

    std::string screen;

private:
    bool read_more() {
        pollfd entry{file_, POLLIN, 0};
        if (poll(&entry, 1, 30'000) <= 0) return false;
        char text[4096];
        ssize_t const size = read(file_, text, sizeof text);
        if (size <= 0) return false;  // the other side is closed
        screen.append(text, static_cast<std::size_t>(size));
        return true;
    }

    pid_t pid_ = -1;
    int file_ = -1;
};

std::vector<std::string> command(tool_rig const& r) {
    return {OMS_STOP,       "--endpoint",     r.sim.endpoint(), "--ca-file",    r.path("ca.pem"),
            "--token-file", r.path("tokens"), "--from",         r.path("tasks")};
}

BOOST_AUTO_TEST_SUITE(in_a_terminal)

BOOST_AUTO_TEST_CASE(it_asks_for_the_number_and_shows_a_bar) {
    auto options = running_tasks(3, 10);
    options.latency = std::chrono::milliseconds(100);
    tool_rig r(options);
    terminal t(command(r));
    BOOST_TEST(t.shows("Stop 30 sync tasks in 3 projects, 1 region, as tokens of " + r.path("tokens") + ". "),
               t.screen);
    BOOST_TEST(t.shows("Starting one again needs its source and destination keys. Type 30: "), t.screen);
    BOOST_TEST(r.changes() == 0u);
    t.type("30\n");
    BOOST_TEST(t.end() == 0, t.screen);
    BOOST_TEST(t.screen.find("] ") != std::string::npos, t.screen);
    BOOST_TEST(t.screen.find(" of 30, ") != std::string::npos, t.screen);
    r.check_secrets(t.screen);
    BOOST_TEST((r.stops() == std::pair<std::size_t, std::size_t>(1, 1)));
}

BOOST_AUTO_TEST_CASE(another_answer_stops_nothing) {
    tool_rig r(running_tasks(3, 10));
    terminal t(command(r));
    BOOST_REQUIRE(t.shows("Type 30: "));
    t.type("yes\n");
    BOOST_TEST(t.end() == 5, t.screen);
    BOOST_TEST(r.changes() == 0u);
}

BOOST_AUTO_TEST_CASE(an_interrupt_at_the_question_stops_nothing) {
    tool_rig r(running_tasks(3, 10));
    terminal t(command(r));
    BOOST_REQUIRE(t.shows("Type 30: "));
    t.type("\x03");
    BOOST_TEST(t.end() == 4, t.screen);
    BOOST_TEST(r.changes() == 0u);
}

BOOST_AUTO_TEST_CASE(few_tasks_are_stopped_without_a_question) {
    tool_rig r(running_tasks(2, 10));
    terminal t(command(r));
    BOOST_TEST(t.end() == 0, t.screen);
    BOOST_TEST(t.screen.find("Type ") == std::string::npos, t.screen);
}

BOOST_AUTO_TEST_CASE(the_bar_says_why_it_waits) {
    tool_rig r(running_tasks(1, 20));
    r.sim.on(oms::testing::any()).method("POST").throttle(8);
    terminal t(command(r));
    BOOST_TEST(t.shows("throttled by user policy, 8/s"), t.screen);
    BOOST_TEST(t.end() == 0, t.screen);
    BOOST_TEST(t.screen.find("20 of 20, ") != std::string::npos, t.screen);
    BOOST_TEST((r.stops() == std::pair<std::size_t, std::size_t>(1, 1)));
}

BOOST_AUTO_TEST_CASE(bash_completes_options_their_values_and_files) {
    tool_rig r(running_tasks(1, 1));
    r.directory.write("completion", "");
    auto const completed = [&](std::string const& words) {
        oms::test::run({"/bin/bash", "-c",
                        "source <(" OMS_STOP " --completion bash); COMP_WORDS=(oms-stop " + words +
                            "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _oms_stop; echo \"${COMPREPLY[*]}\" >" +
                            r.path("completion")});
        return r.directory.read("completion");
    };
    BOOST_TEST(completed("--conf") == "--confirm --confirm-for\n");
    BOOST_TEST(completed("--kind g") == "group\n");
    BOOST_TEST(completed("--from " + r.path("tas")) == r.path("tasks") + "\n");
    BOOST_TEST(completed("rep") == "report\n");
    BOOST_TEST(completed("report --") == "--html --help\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
