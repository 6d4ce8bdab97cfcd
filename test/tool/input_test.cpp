// SPDX-License-Identifier: BSL-1.0
#include "input.hpp"
#include "digest.hpp"
#include "json_task.hpp"
#include "task_text.hpp"
#include "utc.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using oms::task_kind;
using oms_stop::read_tasks;

std::string written(std::vector<oms_stop::selected_task> const& tasks) {
    std::string text;
    for (auto const& each : tasks)
        text += oms_stop::task_path(each.task) + "=" + std::string(oms_stop::kind_word(each.task.kind)) + ";";
    return text;
}

std::string numbers(std::vector<oms_stop::bad_line> const& lines) {
    std::string text;
    for (auto const& each : lines)
        text += std::to_string(each.number) + ":" + each.fault + ";";
    return text;
}

BOOST_AUTO_TEST_SUITE(input)

BOOST_AUTO_TEST_CASE(plain_lines_with_comments_and_other_line_ends) {
    auto const got =
        read_tasks("\xEF\xBB\xBFp1/t1\r\n\n  # not this\ncn-east-3/p2/t2  \n\tp3/t3", task_kind::task_group);
    BOOST_TEST(written(got.tasks) == "p1/t1=group;cn-east-3/p2/t2=group;p3/t3=group;");
    BOOST_TEST(got.bad_lines.empty());
    BOOST_TEST(!got.plan);
}

BOOST_AUTO_TEST_CASE(a_wrong_line_is_named_by_its_number) {
    auto const got = read_tasks("p/t\n\nt\na/b/c/d\nREGION/p/t\np/..\np/\np/a b\n/p/t\np/\x01\n", task_kind::sync_task);
    BOOST_TEST(written(got.tasks) == "p/t=sync;");
    BOOST_TEST(numbers(got.bad_lines) ==
               "3:a task is written [region/]project/task;4:a task is written [region/]project/task;"
               "5:the region is no region's name;6:the task cannot be \".\" or \"..\";7:the task is missing;"
               "8:the task has a space;9:the region is missing;10:the task has a control character;");
}

BOOST_AUTO_TEST_CASE(lengths_are_those_of_the_service) {
    std::string const longest(255, 'x');
    BOOST_TEST(read_tasks("p/" + longest, task_kind::sync_task).bad_lines.empty());
    BOOST_TEST(read_tasks("p/" + longest + "x", task_kind::sync_task).bad_lines.size() == 1u);
    BOOST_TEST(read_tasks("p/" + longest + "x", task_kind::migration_task).bad_lines.empty());
    BOOST_TEST(read_tasks(std::string(1025, 'p') + "/t", task_kind::sync_task).bad_lines.size() == 1u);
}

BOOST_AUTO_TEST_CASE(csv_by_the_names_of_its_columns) {
    auto const got = read_tasks(
        "note,task_id,project_id,region,kind\n"
        "\"a, \"\"b\"\"\",t1,p1,,\n"
        ",t2,\"p2\",cn-north-4,task\n"
        ",t3\n"
        ",t4,p4,,dragon\n"
        "\"open,t5,p5\n",
        task_kind::sync_task);
    BOOST_TEST(written(got.tasks) == "p1/t1=sync;cn-north-4/p2/t2=task;");
    BOOST_TEST(numbers(got.bad_lines) ==
               "4:the project is missing;5:the kind is none of sync, task and group;6:a quote has no end;");
}

BOOST_AUTO_TEST_CASE(csv_without_the_columns_that_it_takes) {
    auto const got = read_tasks("p,t\np1,t1\n", task_kind::sync_task);
    BOOST_TEST(got.tasks.empty());
    BOOST_REQUIRE(got.bad_lines.size() == 1u);
    BOOST_TEST(got.bad_lines.front().number == 1u);
}

BOOST_AUTO_TEST_CASE(json_lines_with_members_that_nobody_knows) {
    auto const got = read_tasks(
        "{\"project\":\"p\",\"task\":\"t\",\"region\":\"cn-east-3\",\"new\":[1]}\n"
        "{\"project_id\":\"p\",\"task_id\":\"7\",\"kind\":\"task\"}\n"
        "{\"project\":\"p\"\n"
        "[1]\n"
        "{\"project\":5,\"task\":\"t\"}\n",
        task_kind::sync_task);
    BOOST_TEST(written(got.tasks) == "cn-east-3/p/t=sync;p/7=task;");
    BOOST_TEST(numbers(got.bad_lines) == "3:this is no JSON object;4:this is no JSON object;5:the project is missing;");
    BOOST_TEST(!got.plan);
}

BOOST_AUTO_TEST_CASE(what_is_written_of_a_task_is_read_again) {
    oms_stop::selected_task task(oms::task_group("p", "g", "cn-north-4"));
    task.status = "2";
    task.source_region = "us-east-1";
    task.source_bucket = "from";
    task.destination_region = "cn-north-4";
    task.destination_bucket = "to";
    task.started_at = oms_stop::utc_of_text("2026-02-28T23:59:59.999Z");
    boost::json::object line{{"plan", 1}};
    oms_stop::add_task(line, task.task);
    oms_stop::add_knowledge(line, task);
    auto const got = read_tasks(boost::json::serialize(line), task_kind::sync_task);
    BOOST_REQUIRE(got.tasks.size() == 1u);
    auto const& read = got.tasks.front();
    BOOST_TEST((read.task == task.task));
    BOOST_TEST(read.status == "2");
    BOOST_TEST(read.source_region == "us-east-1");
    BOOST_TEST(read.source_bucket == "from");
    BOOST_TEST(read.destination_region == "cn-north-4");
    BOOST_TEST(read.destination_bucket == "to");
    BOOST_TEST((read.started_at == task.started_at));
    BOOST_TEST(got.plan);
}

BOOST_AUTO_TEST_CASE(one_line_that_is_none_of_a_plan_makes_it_no_plan) {
    std::string const line = "{\"plan\":1,\"project\":\"p\",\"task\":\"t\"}\n";
    BOOST_TEST(read_tasks(line + line, task_kind::sync_task).plan);
    BOOST_TEST(!read_tasks(line + "{\"project\":\"p\",\"task\":\"t\"}\n", task_kind::sync_task).plan);
    BOOST_TEST(!read_tasks("", task_kind::sync_task).plan);
}

BOOST_AUTO_TEST_CASE(projects_one_a_line) {
    std::vector<oms_stop::bad_line> bad;
    auto const got = oms_stop::read_projects("p1\n#no\n p2 \na/b/c\nr/p3\n/p4\n", bad);
    BOOST_TEST(got == (std::vector<std::string>{"p1", "p2", "r/p3"}), boost::test_tools::per_element());
    BOOST_TEST(numbers(bad) == "4:the project has a slash;6:the region is missing;");
}

BOOST_AUTO_TEST_CASE(times_are_written_and_read) {
    using namespace std::chrono;
    auto const time = sys_days(year(2026) / 3 / 1) + hours(8) + minutes(30) + milliseconds(250);
    BOOST_TEST(oms_stop::utc_text(time) == "2026-03-01T08:30:00.250Z");
    BOOST_TEST((oms_stop::utc_of_text("2026-03-01T08:30:00.250Z") == oms_stop::utc_time(time)));
    for (char const* wrong : {"", "2026-03-01T08:30:00Z", "2026-02-30T08:30:00.250Z", "2026-03-01T24:30:00.250Z",
                              "2026-03-01 08:30:00.250Z", "2026-03-01T08:30:00.2x0Z"}) {
        BOOST_TEST(!oms_stop::utc_of_text(wrong), wrong);
    }
}

BOOST_AUTO_TEST_CASE(digest_is_that_of_the_standard) {
    BOOST_TEST(oms_stop::sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
