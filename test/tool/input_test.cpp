// SPDX-License-Identifier: BSL-1.0
#include "input.hpp"
#include "digest.hpp"
#include "failure.hpp"
#include "json_task.hpp"
#include "output.hpp"
#include "plan.hpp"
#include "report_line.hpp"
#include "task_text.hpp"
#include "utc.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace {

using oms::task_kind;

struct read_result : oms_stop::task_input {
    std::vector<oms_stop::selected_task> tasks;
    std::vector<oms_stop::bad_line> bad_lines;
};

read_result read_tasks(std::string text, task_kind kind) {
    read_result result;
    oms_stop::text_source from(oms_stop::text_source::in_memory{std::move(text)});
    static_cast<oms_stop::task_input&>(result) =
        oms_stop::read_tasks(from, kind, [&](auto&& task) { result.tasks.push_back(std::move(task)); });
    result.bad_lines = result.bad.first();
    return result;
}

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
    BOOST_TEST(written(got.tasks) == "cn-east-3/p/t=sync;p/7=task;5/t=sync;");
    BOOST_TEST(numbers(got.bad_lines) == "3:this is no JSON object;4:this is no JSON object;");
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
    boost::json::object line;
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
    BOOST_TEST(!got.plan);
}

std::string plan_of(std::vector<std::string> const& ids) {
    char const* const file = "plan_of_a_test";
    int const to = ::open(file, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    oms_stop::output out(to, file);
    oms_stop::plan_writer plan(out, {{"tool", "test"}});
    for (std::string const& id : ids)
        plan.write(oms_stop::selected_task(oms::sync_task("p", id)));
    plan.end(0);
    out.finish();
    std::string const text = oms_stop::read_text(file);
    ::unlink(file);
    return text;
}

// Whether something would be stopped by it.
bool is_taken(std::string const& text) {
    try {
        return read_tasks(text, task_kind::sync_task).bad.count() == 0;
    } catch (oms_stop::usage_error const&) {
        return false;
    }
}

BOOST_AUTO_TEST_CASE(a_plan_is_taken_as_it_was_made_and_no_other) {
    std::string const plan = plan_of({"a", "b"});
    BOOST_TEST(read_tasks(plan, task_kind::sync_task).plan);
    BOOST_TEST(written(read_tasks(plan, task_kind::sync_task).tasks) == "p/a=sync;p/b=sync;");
    // Several of them, one after the other; and one of nothing.
    BOOST_TEST(written(read_tasks(plan + plan_of({}) + plan_of({"c"}), task_kind::sync_task).tasks) ==
               "p/a=sync;p/b=sync;p/c=sync;");
    BOOST_TEST(read_tasks(plan_of({}), task_kind::sync_task).plan);
    // Cut after any byte, or with any bit changed.
    for (std::size_t size = 1; size + 1 < plan.size(); ++size)
        BOOST_TEST(!is_taken(plan.substr(0, size)), size);
    for (std::size_t at = 0; at + 1 < plan.size(); ++at) {
        std::string changed = plan;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        BOOST_TEST(!is_taken(changed), at);
    }
    // A line that was added, moved or left out.
    std::size_t const first = plan.find('\n') + 1, second = plan.find('\n', first) + 1;
    std::string const line = plan.substr(first, second - first);
    BOOST_CHECK_THROW(read_tasks(plan + line, task_kind::sync_task), oms_stop::usage_error);
    BOOST_CHECK_THROW(read_tasks(plan.substr(0, first) + plan.substr(second), task_kind::sync_task),
                      oms_stop::usage_error);
    // Without its frame it is a list like others.
    BOOST_TEST(!read_tasks(line, task_kind::sync_task).plan);
}

BOOST_AUTO_TEST_CASE(input_that_people_have) {
    struct row {
        char const* what;
        std::string text, tasks;
    };
    using namespace std::string_literals;
    for (row const& each : std::initializer_list<row>{
             {"headers in any case", "Project_ID, TASK_ID \np,t\n", "p/t=sync;"},
             {"semicolons", "project;task;region\np;t;cn-north-4\n", "cn-north-4/p/t=sync;"},
             {"tabs", "project\ttask\np\tt\n", "p/t=sync;"},
             {"blanks around", "project,task\np, t\n", "p/t=sync;"},
             {"the API's columns", "group_id,project_id\ng,p\n", "p/g=group;"},
             {"an array", "[\n  {\"project\": \"p\",\n   \"task\": \"t\"},{\"project\":\"q\",\"task\":\"u}\"}\n]\n",
              "p/t=sync;q/u}=sync;"},
             {"an empty array", "[]", ""},
             {"the API's members", "{\"project_id\":\"p\",\"sync_task_id\":\"t\"}\n", "p/t=sync;"},
             {"numbers", "{\"project\":\"p\",\"task\":18446744073709551615,\"kind\":\"task\"}\n",
              "p/18446744073709551615=task;"},
             {"UTF-16, low first", "\xFF\xFEp\0/\0t\0\r\0\n\0"s, "p/t=sync;"},
             {"UTF-16, high first", "\xFE\xFF\0p\0/\0\xE4\0\n"s, "p/\xC3\xA4=sync;"},
             {"UTF-16 pairs", "\xFF\xFEp\0/\0\x3D\xD8\x00\xDE"s, "p/\xF0\x9F\x98\x80=sync;"},
         }) {
        auto const got = read_tasks(each.text, task_kind::sync_task);
        BOOST_TEST(written(got.tasks) == each.tasks, each.what);
        BOOST_TEST(numbers(got.bad_lines).empty(), each.what << ": " << numbers(got.bad_lines));
    }
}

BOOST_AUTO_TEST_CASE(an_array_that_is_wrong_is_named_by_its_line) {
    BOOST_TEST(numbers(read_tasks("[\n{\"project\":\"p\",\"task\":\"t\"},\n{\"project\":\"p\"},", task_kind::sync_task)
                           .bad_lines) == "3:the task is missing;3:the array has no end: the file was cut;");
    BOOST_TEST(numbers(read_tasks("[1]", task_kind::sync_task).bad_lines) ==
               "1:an array holds an object for each task;");
    BOOST_TEST(numbers(read_tasks("[]\n[]", task_kind::sync_task).bad_lines) == "2:something follows the array;");
}

BOOST_AUTO_TEST_CASE(what_a_file_is_that_is_no_list) {
    using namespace std::string_literals;
    for (auto const& [text, part] : std::initializer_list<std::pair<std::string, char const*>>{
             {"PK\x03\x04more", "zip archive"},
             {"\x1F\x8Bmore", "zcat"},
             {"%PDF-1.4", "PDF"},
             {"<html>", "HTML"},
             {"p\0/\0t\0"s, "no text"},
             {oms_stop::sealed({{"type", "run"}, {"schema", 2}}) + "\n", "--format plan"}}) {
        try {
            read_tasks(text, task_kind::sync_task);
            BOOST_ERROR("taken: " << part);
        } catch (oms_stop::usage_error const& e) {
            BOOST_TEST(std::string(e.what()).find(part) != std::string::npos, e.what());
        }
    }
}

BOOST_AUTO_TEST_CASE(ids_that_no_report_could_hold_or_that_steer) {
    BOOST_TEST(numbers(read_tasks("p/\xE9\np/\xE2\x80\xAE\np/\xC2\x85\n", task_kind::sync_task).bad_lines) ==
               "1:the task is no UTF-8;2:the task has a control character;3:the task has a control character;");
}

BOOST_AUTO_TEST_CASE(projects_one_a_line) {
    oms_stop::bad_lines bad;
    oms_stop::text_source from(oms_stop::text_source::in_memory{"p1\n#no\n p2 \na/b/c\nr/p3\n/p4\n"});
    auto const got = oms_stop::read_projects(from, bad);
    BOOST_TEST(got == (std::vector<std::string>{"p1", "p2", "r/p3"}), boost::test_tools::per_element());
    BOOST_TEST(numbers(bad.first()) == "4:the project has a slash;6:the region is missing;");
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
