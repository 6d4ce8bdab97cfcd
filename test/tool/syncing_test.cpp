// SPDX-License-Identifier: BSL-1.0
// What a power cut must not take: as the system calls of the tool tell.

#include "tool/tool_rig.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace {

using oms::test::tool_rig;

struct traced_rig : tool_rig {
    traced_rig() { std::filesystem::create_directory(path("reports")); }

    // The calls of a run, as a line each, without the process's number; nothing where no program may look at another.
    std::vector<std::string> calls_of(std::vector<std::string> arguments, bool reach, int status) {
        std::string const trace = "exec " OMS_STRACE " -f -y -qq -e trace=write,fsync,fdatasync -o " + path("trace");
        // The leak checker of a sanitizer is such a program itself.
        auto const process =
            start_in(trace + " \"$@\" >" + path("out"), std::move(arguments), reach, {"ASAN_OPTIONS=detect_leaks=0"});
        int const how = end(*process);
        std::vector<std::string> calls;
        std::istringstream lines(directory.read("trace"));
        for (std::string number, call; lines >> number && std::getline(lines >> std::ws, call);)
            calls.push_back(call);
        if (calls.empty() && err.find("ptrace") != std::string::npos) {
            BOOST_TEST_MESSAGE("nothing can be traced here: " << err);
            return {};
        }
        BOOST_TEST(how == status, err);
        return calls;
    }

    // Where the calls of that kind for that file are.
    std::vector<std::size_t> places(std::vector<std::string> const& calls, std::string const& kind,
                                    std::string const& file) {
        std::vector<std::size_t> result;
        for (std::size_t i = 0; i < calls.size(); ++i) {
            if (calls[i].starts_with(kind + "(") && calls[i].find("<" + file + ">") < calls[i].find_first_of(",)"))
                result.push_back(i);
        }
        return result;
    }
};

BOOST_AUTO_TEST_SUITE(syncing)

BOOST_FIXTURE_TEST_CASE(a_report_and_its_directory_are_on_the_disk, traced_rig) {
    std::string const report = path("reports/report");
    auto const calls = calls_of({"--from", path("tasks"), "--report", report}, true, 0);
    if (calls.empty()) return;
    // The directory once, before anything is in the file.
    auto const of_directory = places(calls, "fsync", path("reports"));
    auto const syncs = places(calls, "fdatasync", report);
    auto const writes = places(calls, "write", report);
    BOOST_REQUIRE(of_directory.size() == 1u);
    BOOST_REQUIRE(!writes.empty());
    BOOST_TEST(of_directory.front() < writes.front());
    // The file when it says what is planned, and when it says how the run ended.
    auto const line = [&](char const* what) {
        auto const found =
            std::ranges::find_if(writes, [&](std::size_t i) { return calls[i].find(what) != std::string::npos; });
        BOOST_REQUIRE(found != writes.end());
        return *found;
    };
    std::size_t const first_sent = line("{\\\"sent\\\"");
    BOOST_REQUIRE(syncs.size() >= 2u);
    BOOST_TEST(syncs.front() < first_sent);
    BOOST_TEST(syncs.front() > line("{\\\"type\\\":\\\"planned\\\""));
    BOOST_TEST(syncs.back() > writes.back());
    BOOST_TEST(writes.back() == line("{\\\"type\\\":\\\"end\\\""));
    for (std::string const& each : calls)
        BOOST_TEST((!each.starts_with("f") || each.ends_with("= 0")), each);
    // It is in the directory already.
    auto const more = calls_of({"--resume", report}, false, 0);
    BOOST_TEST(places(more, "fsync", path("reports")).empty());
    BOOST_TEST(!places(more, "fdatasync", report).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
