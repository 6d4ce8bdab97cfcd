// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_TOOL_TOOL_RIG_HPP
#define OMS_TEST_TOOL_TOOL_RIG_HPP

// The tool as a process of its own, against the simulator.

#include "report_reader.hpp"
#include "system/child_process.hpp"
#include "system/temporary_directory.hpp"

#include <oms/testing/simulator.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace oms::test {

inline testing::simulator_options running_tasks(std::size_t projects, std::size_t tasks_per_project) {
    testing::simulator_options options;
    options.projects = projects;
    options.tasks_per_project = tasks_per_project;
    options.token_length = 256;
    return options;
}

struct tool_rig {
    testing::simulator sim;
    temporary_directory directory;
    std::string tokens, paths, out, err;

    explicit tool_rig(testing::simulator_options const& options = running_tasks(2, 3)) : sim(options) {
        for (std::size_t i = 0; i < options.projects; ++i) {
            auto const project = testing::simulator::project_id(i);
            tokens += project + " " + sim.token(project) + "\n";
        }
        for (auto const& task : sim.tasks())
            paths += task.project_id + "/" + task.task_id + "\n";
        directory.write("ca.pem", sim.ca_pem());
        std::filesystem::permissions(directory.write("tokens", tokens),
                                     std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        directory.write("tasks", paths);
    }

    std::string path(char const* name) const { return directory.file(name); }

    /// Starts the tool with what it needs to reach the simulator, and more.
    std::unique_ptr<child_process> start(std::vector<std::string> more, bool reach = true,
                                         std::vector<std::string> environment = {}) {
        return start_in("exec \"$@\" >" + path("out") + " </dev/null", std::move(more), reach, std::move(environment));
    }

    /// Starts it by a line of the shell, in which "$@" is the command.
    std::unique_ptr<child_process> start_in(std::string const& line, std::vector<std::string> more, bool reach = true,
                                            std::vector<std::string> environment = {}) {
        std::vector<std::string> arguments{"/bin/sh", "-c", "exec 2>" + path("err") + "; " + line, "sh", OMS_STOP};
        if (reach) {
            for (std::string const& each : {std::string("--endpoint"), sim.endpoint(), std::string("--ca-file"),
                                            path("ca.pem"), std::string("--token-file"), path("tokens")}) {
                arguments.push_back(each);
            }
        }
        std::ranges::move(more, std::back_inserter(arguments));
        return std::make_unique<child_process>(std::move(arguments), std::move(environment));
    }

    /// Runs it to its end: the exit status; -1 where it does not end.
    int run(std::vector<std::string> more, bool reach = true, std::vector<std::string> environment = {}) {
        return end(*start(std::move(more), reach, std::move(environment)));
    }
    int run_in(std::string const& line, std::vector<std::string> more, bool reach = true) {
        directory.write("out", "");
        return end(*start_in(line, std::move(more), reach));
    }
    int end(child_process& process) {
        int const status = process.wait_for(std::chrono::minutes(1)).value_or(-1);
        out = directory.read("out");
        err = directory.read("err");
        check_secrets(out);
        check_secrets(err);
        return status;
    }

    /// No token stands in what the tool writes.
    void check_secrets(std::string const& text) const {
        BOOST_TEST(text.find(sim.token(testing::simulator::project_id(0)).substr(0, 24)) == std::string::npos);
    }

    oms_stop::record report() const { return report(path("report")); }
    static oms_stop::record report(std::string const& path) {
        oms_stop::text_source file(path);
        return oms_stop::read_report(file);
    }
    /// Whether the last run said something, on either stream.
    bool told(std::string const& text) const { return (out + err).find(text) != std::string::npos; }
    /// How often each task was stopped: the least, and the most.
    std::pair<std::size_t, std::size_t> stops() const {
        std::size_t least = 1000, most = 0;
        for (auto const& task : sim.tasks()) {
            least = std::min(least, sim.stops(task));
            most = std::max(most, sim.stops(task));
        }
        return {least, most};
    }
    std::size_t changes() const {
        auto const ledger = sim.ledger();
        return static_cast<std::size_t>(
            std::ranges::count_if(ledger, [](testing::ledger_entry const& e) { return e.method != "GET"; }));
    }
};

}  // namespace oms::test

#endif
