// SPDX-License-Identifier: BSL-1.0
// The tool as a person uses it: in a terminal.

#include "tool/tool_rig.hpp"

#include "console.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

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
            setenv("TERM", "xterm", 1);
            setenv("PS1", "", 1);
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
    void send(int signal) { kill(pid_, signal); }
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

// Lets the one reply go that is held, when there is one.
void release_held(tool_rig& r) {
    auto const until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (r.sim.held() == 0 && std::chrono::steady_clock::now() < until)
        std::this_thread::yield();
    BOOST_TEST(r.sim.held() == 1u);
    r.sim.release();
}

BOOST_AUTO_TEST_SUITE(in_a_terminal)

BOOST_AUTO_TEST_CASE(it_asks_for_the_number_and_shows_a_bar) {
    tool_rig r(running_tasks(3, 10));
    r.sim.on(oms::testing::match::any()).method("POST").nth(30).held();  // so that there is something to be shown
    terminal t(command(r));
    BOOST_TEST(t.shows("Stop 30 sync tasks in 3 projects, at " + r.sim.endpoint() + ", as tokens of " +
                       r.path("tokens") + ". 0 of them already read stopped. "),
               t.screen);
    BOOST_TEST(t.shows("Starting one again needs its source and destination keys. Type 30: "), t.screen);
    BOOST_TEST(r.changes() == 0u);
    t.type("30\n");
    BOOST_TEST(t.shows("] "), t.screen);
    BOOST_TEST(t.shows(" of 30, "), t.screen);
    release_held(r);
    BOOST_TEST(t.end() == 0, t.screen);
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
    BOOST_TEST(t.end() == 128 + SIGINT, t.screen);
    BOOST_TEST(r.changes() == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_typed_before_the_question_is_no_answer) {
    tool_rig r(running_tasks(3, 10));
    r.sim.on(oms::testing::any()).method("GET").times(1).held();
    terminal t(command(r));
    t.type("30\n");
    BOOST_REQUIRE(t.shows("30\r\n"));
    release_held(r);
    BOOST_REQUIRE(t.shows("Type 30: "));
    t.type("31\n");
    BOOST_TEST(t.end() == 5, t.screen);
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

// All but one end in a burst; how many are under way is true until the last one ends, too.
BOOST_AUTO_TEST_CASE(the_bar_counts_the_last_results) {
    tool_rig r(running_tasks(4, 5));
    r.sim.on(oms::testing::task(r.sim.tasks()[7])).method("POST").held();
    terminal t(command(r));
    BOOST_TEST(t.shows("] 19 of 20, "), t.screen);
    BOOST_TEST(t.shows(", 1 in flight, 0 failed"), t.screen);
    release_held(r);
    BOOST_TEST(t.end() == 0, t.screen);
    std::string const last = t.screen.substr(t.screen.rfind("] 20 of 20, "));
    BOOST_TEST(last.find(", 0 in flight, 0 failed") != std::string::npos, t.screen);
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
    BOOST_TEST(completed("-f " + r.path("tas")) == r.path("tasks") + "\n");
    // As bash splits --from=FILE, --kind=g and --from=.
    BOOST_TEST(completed("--from = " + r.path("tas")) == r.path("tasks") + "\n");
    BOOST_TEST(completed("--kind = g") == "group\n");
    BOOST_TEST(completed("--kind =") == "sync task group\n");
    BOOST_TEST(completed("report " + r.path("tas")) == r.path("tasks") + "\n");
    BOOST_TEST(completed("report x --format = c") == "csv\n");
    BOOST_TEST(completed("rep") == "report\n");
    BOOST_TEST(completed("start --inc") == "--include-unsure\n");
    BOOST_TEST(completed("start --keys " + r.path("tas")) == r.path("tasks") + "\n");
    BOOST_TEST(completed("report --") == "--html --only --format --help\n");
}

// In a shell that a person sits at: what the tab key makes of a line.
std::string typed_into(std::vector<std::string> shell, std::string const& set_up, std::string const& line) {
    terminal t(std::move(shell));
    t.type(set_up + "; echo rea''dy\n");
    if (!t.shows("ready\r\n")) return "no shell: " + t.screen;
    t.screen.clear();
    t.type(line);
    t.shows("/tasks");
    t.type(
        "\x15"
        "exit\n");
    std::string const shown = t.screen;
    t.end();
    return shown;
}

BOOST_AUTO_TEST_CASE(the_tab_key_completes_in_bash_and_zsh) {
    tool_rig r(running_tasks(1, 1));
    std::string const file = r.path("tas");
    for (std::string const& line : {"oms-stop --from=" + file + "\t", "oms-stop --fro\t" + file + "\t",
                                    "oms-stop -f " + file + "\t", "oms-stop report " + file + "\t"}) {
        std::string const bash =
            typed_into({"/bin/bash", "--norc", "-i"}, "source <(" OMS_STOP " --completion bash)", line);
        BOOST_TEST(bash.find("/tasks") != std::string::npos, line << bash);
        std::string const zsh =
            typed_into({OMS_ZSH, "-f", "-i"},
                       "autoload -Uz compinit && compinit -u -d " + r.path("dump") +
                           " && source <(" OMS_STOP " --completion zsh | sed '$d') && compdef _oms_stop oms-stop",
                       line);
        BOOST_TEST(zsh.find("/tasks") != std::string::npos, line << zsh);
    }
}

BOOST_AUTO_TEST_CASE(a_terminal_that_cannot_draw_gets_lines) {
    auto options = running_tasks(1, 3);
    options.latency = std::chrono::milliseconds(300);
    tool_rig r(options);
    auto all = command(r);
    all.insert(all.begin(), {"/usr/bin/env", "TERM=dumb"});
    terminal t(all);
    BOOST_TEST(t.end() == 0, t.screen);
    BOOST_TEST(t.screen.find('\x1b') == std::string::npos, t.screen);
    BOOST_TEST(t.screen.find('[') == std::string::npos, t.screen);
}

// Both streams are the terminal: each line begins at its begin.
BOOST_AUTO_TEST_CASE(lines_of_json_are_not_mixed_with_the_bar) {
    auto options = running_tasks(1, 6);
    options.latency = std::chrono::milliseconds(150);
    tool_rig r(options);
    auto all = command(r);
    all.insert(all.end(), {"--json", "--concurrency", "1"});
    terminal t(all);
    BOOST_TEST(t.end() == 0, t.screen);
    std::size_t lines = 0;
    for (std::size_t at = t.screen.find("{\"type\""); at != std::string::npos;
         at = t.screen.find("{\"type\"", at + 1)) {
        ++lines;
        BOOST_TEST((at == 0 || t.screen[at - 1] == '\n' || t.screen.substr(at - 3, 3) == "\x1b[K"), t.screen);
    }
    BOOST_TEST(lines == 6u);
    BOOST_TEST(t.screen.find(" of 6, ") != std::string::npos, t.screen);
}

BOOST_AUTO_TEST_CASE(between_waves_it_asks) {
    tool_rig r(running_tasks(1, 6));
    auto all = command(r);
    all.insert(all.end(), {"--waves", "2,rest"});
    terminal t(all);
    BOOST_TEST(t.shows("wave 1: 2 stopped, 0 failed"), t.screen);
    BOOST_TEST(t.shows("Go on with wave 2? Type yes: "), t.screen);
    BOOST_TEST(r.changes() == 2u);
    t.type("yes\n");
    BOOST_TEST(t.end() == 0, t.screen);
    BOOST_TEST(r.changes() == 6u);
    tool_rig other(running_tasks(1, 6));
    all = command(other);
    all.insert(all.end(), {"--waves", "2,rest"});
    terminal no(all);
    BOOST_REQUIRE(no.shows("Type yes: "));
    no.type("no\n");
    BOOST_TEST(no.end() == 1, no.screen);
    BOOST_TEST(no.screen.find("the next wave was not wanted") != std::string::npos, no.screen);
    BOOST_TEST(other.changes() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_said_while_it_asks_stands_before_the_question) {
    tool_rig r(running_tasks(1, 6));
    auto all = command(r);
    all.insert(all.end(), {"--waves", "2,rest", "--concurrency", "4"});
    terminal t(all);
    BOOST_REQUIRE(t.shows("Type yes: "));
    t.send(SIGUSR2);
    BOOST_TEST(t.shows("Type yes: \r\nfrom now on 2 stops at a time\r\nGo on with wave 2? Type yes: "), t.screen);
    t.send(SIGUSR2);
    BOOST_TEST(t.shows("from now on 1 stop at a time\r\nGo on with wave 2? Type yes: "), t.screen);
    t.type("\x03");
    BOOST_TEST(t.end() == 128 + SIGINT, t.screen);
    BOOST_TEST(r.changes() == 2u);
    BOOST_TEST(t.screen.find("Type yes: ^C\r\nfinishing what is under way") != std::string::npos, t.screen);
}

// It is the only thing that tells why nothing goes on.
BOOST_AUTO_TEST_CASE(nothing_is_drawn_over_a_question) {
    int ours = -1, theirs = -1;
    BOOST_REQUIRE(openpty(&ours, &theirs, nullptr, nullptr, nullptr) == 0);
    int const kept = dup(STDERR_FILENO);
    std::string const kind = std::getenv("TERM") == nullptr ? "" : std::getenv("TERM");
    setenv("TERM", "xterm", 1);
    std::fflush(stderr);
    dup2(theirs, STDERR_FILENO);
    {
        oms_stop::console say(oms_stop::loudness::normal, "");
        oms_stop::progress some;
        some.total = 7;
        say.ask("Go on? ");
        say.show(some);
        say.note("by the way");
        say.show(some);
        say.answered();
        some.done = 7;
        say.show(some);
    }
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(theirs);
    setenv("TERM", kind.c_str(), 1);
    std::string screen;
    char text[4096];
    for (ssize_t size = 0; (size = read(ours, text, sizeof text)) > 0;)
        screen.append(text, static_cast<std::size_t>(size));
    close(ours);
    BOOST_TEST(screen.starts_with("Go on? \r\nby the way\r\nGo on? \r["), screen);
    BOOST_TEST(screen.find("0 of 7") == std::string::npos, screen);
    BOOST_TEST(screen.find("7 of 7") != std::string::npos, screen);
}

BOOST_AUTO_TEST_CASE(the_question_knows_what_reads_stopped) {
    tool_rig r(running_tasks(3, 10));
    r.sim.add_task(r.sim.tasks()[4], "STOPPED");
    terminal t(command(r));
    BOOST_TEST(t.shows("1 of them already read stopped."), t.screen);
    t.type("30\n");
    BOOST_TEST(t.end() == 0, t.screen);
    BOOST_TEST(r.changes() == 29u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
