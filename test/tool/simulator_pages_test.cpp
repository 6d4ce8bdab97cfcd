// SPDX-License-Identifier: BSL-1.0
// What the simulator prints of itself: help, manual page and completions all tell of the same options.

#include "system/child_process.hpp"
#include "system/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

// What it prints with these arguments, and how it ends.
std::pair<std::string, int> print(std::vector<std::string> arguments) {
    oms::test::temporary_directory directory;
    std::string const file = directory.write("out", "");
    arguments.insert(arguments.begin(), {"/bin/sh", "-c", "exec \"$@\" >" + file + " 2>&1", "sh", OMS_SIMULATOR});
    oms::test::child_process simulator(std::move(arguments));
    int const status = simulator.wait_for(std::chrono::minutes(1)).value_or(-1);
    return {directory.read("out"), status};
}

// Those that a line of the help begins with.
std::set<std::string> options_of_help() {
    std::istringstream help(print({"--help"}).first);
    std::set<std::string> result;
    for (std::string line; std::getline(help, line);)
        if (line.starts_with("  --")) result.insert(line.substr(2, line.find(' ', 2) - 2));
    return result;
}

// What a shell makes of the last of these words.
std::string completed(std::string const& words) {
    oms::test::temporary_directory directory;
    std::string const file = directory.write("out", "");
    oms::test::run({"/bin/bash", "-c",
                    "source <(" OMS_SIMULATOR " --completion bash); COMP_WORDS=(oms-simulator " + words +
                        "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _oms_simulator; echo \"${COMPREPLY[*]}\" >" + file});
    return directory.read("out");
}

BOOST_AUTO_TEST_SUITE(pages_of_the_simulator)

BOOST_AUTO_TEST_CASE(all_tell_of_every_option) {
    auto const names = options_of_help();
    BOOST_REQUIRE(names.size() > 10);
    std::string manual = print({"--manual"}).first;
    std::erase(manual, '\\');
    std::string const bash = print({"--completion", "bash"}).first;
    std::string const zsh = print({"--completion", "zsh"}).first;
    for (std::string const& name : names) {
        BOOST_TEST(manual.find("\n.B " + name + " fI") != std::string::npos, name);
        BOOST_TEST(bash.find("    " + name + ") ") != std::string::npos, name);
        BOOST_TEST(zsh.find("'" + name + "[") != std::string::npos, name);
        // It is known, and goes without its value as little as with a wrong one.
        auto const [said, status] = print({name});
        BOOST_TEST(status == 2, name);
        BOOST_TEST(said.find(name + " takes a value") != std::string::npos, said);
    }
}

BOOST_AUTO_TEST_CASE(bash_completes_options_choices_and_files) {
    BOOST_TEST(completed("--ca-k") == "--ca-key\n");
    BOOST_TEST(completed("--http ''") == "1 2 both\n");
    BOOST_TEST(completed("--script /etc/os-rel") == "/etc/os-release\n");
    BOOST_TEST(completed("--port ''") == "\n");
}

BOOST_AUTO_TEST_CASE(what_it_does_not_know_it_says) {
    BOOST_TEST(print({"--completion", "fish"}).second == 2);
    BOOST_TEST(print({"--version"}).first.starts_with("oms-simulator "));
    auto const [said, status] = print({"--explode", "1"});
    BOOST_TEST(status == 2);
    BOOST_TEST(said.find("there is no option --explode") != std::string::npos, said);
    BOOST_TEST(print({"--http", "3"}).first.find("--http cannot be \"3\"") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
