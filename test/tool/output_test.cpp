// SPDX-License-Identifier: BSL-1.0
// Nothing is called done that could not be told.

#include "tool/tool_rig.hpp"

namespace {

using oms::test::tool_rig;

BOOST_AUTO_TEST_SUITE(standard_output)

// All that prints: with what, whether it needs the service, and how it ends where all is well.
struct form {
    std::vector<std::string> arguments;
    bool reach;
    int status;
};

std::vector<form> forms(tool_rig const& r) {
    return {{{"--version"}, false, 0},
            {{"--help"}, false, 0},
            {{"report", "--help"}, false, 0},
            {{"--manual"}, false, 0},
            {{"--completion", "bash"}, false, 0},
            {{"--completion", "zsh"}, false, 0},
            {{"--from", r.path("tasks"), "--dry-run"}, true, 0},
            {{"--from", r.path("tasks"), "--dry-run", "--table"}, true, 0},
            {{"--all-running", "--dry-run"}, true, 0},
            {{"--from", r.path("tasks")}, true, 0},
            {{"--from", r.path("tasks"), "--json"}, true, 0},
            {{"--from", r.path("tasks"), "--quiet", "--table"}, true, 0},
            {{"report", r.path("report")}, false, 0},
            {{"report", r.path("report"), "--html", "-"}, false, 0},
            {{"report", r.path("report"), "--format", "plan"}, false, 0},
            {{"report", r.path("report"), "--format", "json"}, false, 0},
            {{"report", r.path("report"), "--only", "already_stopped", "--format", "csv"}, false, 0},
            {{"--resume", r.path("report"), "--recheck"}, false, 0}};
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_written_ends_with_6_and_says_why, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report")}) == 0, err);
    std::size_t count = 0;
    for (form const& each : forms(*this)) {
        std::string const name = each.arguments.front() + " " + each.arguments.back();
        BOOST_TEST(run_in("exec \"$@\" >/dev/full", each.arguments, each.reach) == 6, name);
        BOOST_TEST(told("cannot write standard output (/dev/full): No space left on device"), name << err);
        if (++count % 5 != 0) continue;
        BOOST_TEST(run_in("exec \"$@\" >&-", each.arguments, each.reach) == 6, name);
        BOOST_TEST(told("cannot write standard output: Bad file descriptor"), name << err);
        // Somebody who has seen enough is no error.
        BOOST_TEST(run_in("(\"$@\"; echo $? >" + path("status") + ") | true", each.arguments, each.reach) == 0, name);
        BOOST_TEST(directory.read("status") == std::to_string(each.status) + "\n", name << err);
        BOOST_TEST(!told("cannot write"), name << err);
    }
}

BOOST_FIXTURE_TEST_CASE(a_page_that_does_not_fit_ends_with_6, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report")}) == 0, err);
    BOOST_TEST(run_in("ulimit -f 1; exec \"$@\"", {"report", path("report"), "--html", path("page")}, false) == 6);
    BOOST_TEST(told("cannot write " + path("page") + ": File too large"), err);
    BOOST_TEST(run({"report", path("report"), "--html", path("none/page")}, false) == 6);
    BOOST_TEST(told("No such file or directory"), err);
}

// A report must not become what is printed, nor the other way round.
BOOST_FIXTURE_TEST_CASE(closed_streams_are_nobody_elses, tool_rig) {
    BOOST_TEST(run_in("exec \"$@\" <&- >&- 2>&-", {"--from", path("tasks"), "--report", path("report"), "--json"}) ==
               6);
    BOOST_TEST((stops() == std::pair<std::size_t, std::size_t>(1, 1)));
    BOOST_TEST(report().damage.count() == 0u);
    BOOST_TEST(report().all_done());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(empty_lists)

BOOST_FIXTURE_TEST_CASE(a_list_of_nothing_is_an_error_unless_it_is_meant, tool_rig) {
    directory.write("empty", "");
    directory.write("comments", "# nothing today\n\n");
    directory.write("array", "[]\n");
    directory.write("csv", "project,task\n");
    for (char const* const name : {"empty", "comments", "array", "csv"}) {
        BOOST_TEST(run({"--from", path(name)}) == 2, name);
        BOOST_TEST(told(path(name) + " names no task; --allow-empty"), err);
        BOOST_TEST(run({"--from", path(name), "--dry-run"}) == 2, name);
        BOOST_TEST(run({"--from", path(name), "--allow-empty"}) == 0, err);
        BOOST_TEST(told("there is nothing to stop"), err);
    }
    BOOST_TEST(run({"--from", "-"}) == 2);
    BOOST_TEST(told("standard input names no task"), err);
    BOOST_TEST(run_in("exec \"$@\" <&-", {"--from", "-"}) == 2);
    BOOST_TEST(told("cannot read standard input: Bad file descriptor"), err);
    BOOST_TEST(run({"--from", path("tasks"), "--project", "another"}) == 2);
    BOOST_TEST(told("all are of other projects"), err);
    BOOST_TEST(run({"--all-running", "--projects-from", path("comments")}) == 2);
    BOOST_TEST(told("--all-running knows no project"), err);
    BOOST_TEST(changes() == 0u);
}

BOOST_FIXTURE_TEST_CASE(files_that_cannot_be_read_are_told_plainly, tool_rig) {
    BOOST_TEST(run({"--from", directory.file("")}) == 2);
    BOOST_TEST(told("cannot read " + directory.file("") + ": Is a directory"), err);
    std::filesystem::create_directory(path("directory"));
    for (std::string const& name : {path("directory"), path("directory") + "/"}) {
        BOOST_TEST(run({"--from", path("tasks"), "--report", name}) == 2);
        BOOST_TEST(told("cannot write " + name + ": Is a directory"), err);
    }
    BOOST_TEST(run({"--from", path("none")}) == 2);
    BOOST_TEST(told("cannot read " + path("none") + ": No such file or directory"), err);
    for (std::string const& file : {directory.file(""), path("none")}) {
        BOOST_TEST(run({"report", file}, false) == 2);
        BOOST_TEST(run({"--resume", file}, false) == 2);
        BOOST_TEST(told(": "), err);
    }
}

BOOST_FIXTURE_TEST_CASE(nothing_that_runs_is_no_error, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks")}) == 0, err);
    BOOST_TEST(run({"--all-running", "--yes"}) == 0, err);
    BOOST_TEST(told("nothing runs in 2 projects"), err);
    BOOST_TEST(run({"--all-running", "--dry-run"}) == 0, err);
    directory.write("plan", out);
    BOOST_TEST(run({"--from", path("plan")}) == 0, err);
    BOOST_TEST(told("there is nothing to stop"), err);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
