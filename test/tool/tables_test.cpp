// SPDX-License-Identifier: BSL-1.0
// Many tasks in little memory, and texts that steer nothing.

#include "plain_text.hpp"
#include "task_table.hpp"
#include "tool/report_builder.hpp"
#include "tool/tool_rig.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <chrono>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using oms_stop::selected_task;
using oms_stop::task_table;

selected_task numbered(std::size_t i) {
    selected_task task(oms::sync_task("project" + std::to_string(i % 100), "task-" + std::to_string(i), "cn-north-4"));
    if (i % 2 == 0) task.source_bucket = "bucket" + std::to_string(i % 10);
    if (i % 3 == 0) task.started_at = oms_stop::utc_time(oms_stop::milliseconds(i));
    return task;
}

BOOST_AUTO_TEST_SUITE(tables)

BOOST_AUTO_TEST_CASE(what_a_table_took_it_gives_back) {
    task_table table;
    BOOST_TEST(!table.find(numbered(0).task));
    for (std::size_t i = 0; i < 10'000; ++i) {
        auto const added = table.add(numbered(i));
        BOOST_REQUIRE(added.fresh);
        BOOST_REQUIRE(added.at == i);
    }
    for (std::size_t i = 0; i < 10'000; i += 7) {
        auto const n = static_cast<task_table::number>(i);
        BOOST_TEST((table.task(n) == numbered(i).task));
        BOOST_TEST((table.find(numbered(i).task) == n));
        BOOST_TEST(!table.add(numbered(i)).fresh);
        BOOST_TEST(table[n].source_bucket == numbered(i).source_bucket);
        BOOST_TEST((table[n].started_at == numbered(i).started_at));
    }
    BOOST_TEST(table.size() == 10'000u);
    // Another kind, region or project is another task.
    for (auto const& each :
         {oms::migration_task("project1", "task-1", "cn-north-4"), oms::sync_task("project1", "task-1"),
          oms::sync_task("project2", "task-1", "cn-north-4")}) {
        BOOST_TEST(!table.find(each));
        BOOST_TEST(table.add(selected_task(each)).fresh);
    }
    table.learn(0, numbered(3));
    BOOST_TEST((table[0].started_at == numbered(3).started_at));
    BOOST_TEST((table.task(0) == numbered(0).task));
}

// What the tool has taken at most when it begins to tell of a report, in KiB.
long peak_of_telling(oms::test::tool_rig& r, char const* report, std::vector<std::string> const& how) {
    std::string const pipe = r.path("pipe");
    BOOST_REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    std::vector<std::string> arguments{"report", r.path(report)};
    arguments.insert(arguments.end(), how.begin(), how.end());
    auto const tool = r.start_in("echo $$ >" + r.path("pid") + "; exec \"$@\" >" + pipe, std::move(arguments), false);
    int const reader = open(pipe.c_str(), O_RDONLY);
    char first = 0;
    BOOST_REQUIRE(read(reader, &first, 1) == 1);
    std::ifstream status("/proc/" + std::to_string(std::stol(r.directory.read("pid"))) + "/status");
    long peak = 0;
    for (std::string word; status >> word;) {
        if (word == "VmHWM:") status >> peak;
    }
    close(reader);
    unlink(pipe.c_str());
    tool->wait_for(std::chrono::minutes(1));
    return peak;
}

// A twentieth of a million, in a twentieth of what that may take above what few take.
BOOST_AUTO_TEST_CASE(an_id_of_any_size_is_kept_whole) {
    task_table table;
    for (std::size_t const size : {1u, 65'535u, 65'536u, 65'537u, 200'000u, 2u}) {
        selected_task const task(oms::sync_task("p", std::string(size, 'x')));
        auto const added = table.add(task);
        BOOST_TEST(added.fresh);
        BOOST_CHECK(table.task(added.at) == task.task);
        BOOST_TEST(!table.add(task).fresh);
    }
}

BOOST_FIXTURE_TEST_CASE(a_report_of_many_is_read_in_little_memory, oms::test::tool_rig) {
    oms::test::report_builder b;
    std::size_t constexpr many = 50'000, of_a_line = 50;
    std::string text;
    for (std::size_t i = 0; i < many; i += of_a_line) {
        boost::json::array ids;
        for (std::size_t k = 0; k < of_a_line; ++k)
            ids.emplace_back("0d146099-8cf4-437d-b6ef-" + std::to_string(100'000'000'000 + i + k));
        text += oms_stop::sealed({{"type", "planned"},
                                  {"planned", i + 1},
                                  {"project", "2c0689c860ad4728a497c91ec" + std::to_string(1'000'000 + i % 1'000)},
                                  {"tasks", std::move(ids)}}) +
                "\n";
    }
    for (std::size_t i = 1; i <= many; ++i) {
        text += oms_stop::sealed({{"sent", i}, {"ms", i}}) + "\n" +
                oms_stop::sealed({{"result", i}, {"ms", i + 20}, {"outcome", "stopped"}, {"took", 20}}) + "\n";
    }
    std::string const head = oms_stop::sealed({{"type", "run"}, {"schema", 2}, {"tasks", many}}) + "\n";
    directory.write("report", head + text);
    for (int i = 0; i < 2'000; ++i)  // more than a pipe takes at once
        b.planned("p", std::to_string(i));
    directory.write("few", b.text());
    long const none = peak_of_telling(*this, "few", {"--format", "json"});
    long const all = peak_of_telling(*this, "report", {"--format", "json"});
    BOOST_TEST(none > 0);
    BOOST_TEST_MESSAGE("KiB: " << all << ", with few tasks " << none);
    BOOST_TEST(all - none < 200 * 1024 / 20);
    // Its text, with a row of the sheet for each.
    BOOST_TEST(peak_of_telling(*this, "report", {}) - none < 200 * 1024 / 20);
    BOOST_TEST(run({"report", path("report")}, false) == 0, err);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(plain_texts)

BOOST_AUTO_TEST_CASE(only_what_may_be_shown_is_shown) {
    using oms_stop::plain;
    BOOST_TEST(plain("Größe 任务 \xF0\x9F\x98\x80") == "Größe 任务 \xF0\x9F\x98\x80");
    BOOST_TEST(plain("a\x1b[0m\x7f\r\n") == "a\\x1b[0m\\x7f\\x0d\\x0a");
    BOOST_TEST(plain("a\nb", true) == "a\nb");
    BOOST_TEST(plain("\xC2\x9B\xE2\x80\xAE\xE2\x80\xA9\xEF\xBB\xBF") == "\\u009b\\u202e\\u2029\\ufeff");
    BOOST_TEST(plain("\xF3\xA0\x81\x81") == "\\ue0041");
    // No UTF-8: cut, too long, a surrogate, beyond the last.
    for (std::string const wrong : {"\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"}) {
        BOOST_TEST(!oms_stop::is_utf8(wrong));
        BOOST_TEST(plain(wrong).find_first_not_of("\\x0123456789abcdef") == std::string::npos, plain(wrong));
    }
}

BOOST_AUTO_TEST_CASE(lines_of_json_are_read_as_they_were_and_steer_nothing) {
    std::string const odd = "\x1b\xE2\x80\xAE\xC2\x9B\xF3\xA0\x81\x81ö";
    std::string const text = oms_stop::json_text({{"a", odd}});
    BOOST_TEST(oms_stop::is_plain(text));
    BOOST_TEST(boost::json::parse(text).at("a").as_string() == odd);
    BOOST_TEST(boost::json::parse(oms_stop::json_text({{"a", "\xFF"}})).at("a").as_string() == "\xEF\xBF\xBD");
    BOOST_TEST(oms_stop::seal_fits(oms_stop::sealed({{"a", odd}})));
    BOOST_TEST(!oms_stop::seal_fits("{}"));
    BOOST_TEST(!oms_stop::seal_fits("{\"a\":1}"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
