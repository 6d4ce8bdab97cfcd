// SPDX-License-Identifier: BSL-1.0
#include "report_page.hpp"
#include "column_chart.hpp"
#include "record.hpp"
#include "run_times.hpp"
#include "tool/report_builder.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace oms_stop;

using oms::test::report_builder;
using object = boost::json::object;

std::string page_of(report_builder const& of) {
    return report_page(of.read());
}

bool has(std::string const& page, std::string const& text) {
    return page.find(text) != std::string::npos;
}

std::size_t count(std::string const& page, std::string const& text) {
    std::size_t result = 0;
    for (std::size_t at = page.find(text); at != std::string::npos; at = page.find(text, at + 1))
        ++result;
    return result;
}

// Elements open and close in order, and no `<` or `&` stands where it has no meaning.
bool well_formed(std::string const& page) {
    std::vector<std::string> open;
    for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
        std::size_t const end = page.find('>', at);
        if (end == std::string::npos) return false;
        std::string const tag = page.substr(at + 1, end - at - 1);
        std::string const name = tag.substr(tag[0] == '/', tag.find(' ') - (tag[0] == '/'));
        if (name == "!DOCTYPE" || name == "meta" || name == "br" || tag.back() == '/') continue;
        if (tag[0] != '/') {
            open.push_back(name);
        } else if (open.empty() || open.back() != name) {
            return false;
        } else {
            open.pop_back();
        }
    }
    return open.empty();
}

BOOST_AUTO_TEST_SUITE(report_pages)

BOOST_AUTO_TEST_CASE(text_stands_for_itself) {
    BOOST_TEST(markup("<b a=\"x\" c='y'>&amp;") == "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;");
    BOOST_TEST(markup("a\x1b[31m\n\x7f") == "a\xEF\xBF\xBD[31m\xEF\xBF\xBD\xEF\xBF\xBD");
    BOOST_TEST(markup("a\xC2\x9B"
                      "b\xE2\x80\xAE"
                      "c\xE2\x81\xA6"
                      "d\xE2\x80\x8F") ==
               "a\xEF\xBF\xBD"
               "b\xEF\xBF\xBD"
               "c\xEF\xBF\xBD"
               "d\xEF\xBF\xBD");
    BOOST_TEST(markup("Größe – 任务 €") == "Größe – 任务 €");
    // Bytes that are no UTF-8, too.
    BOOST_TEST(markup("\xC2") == "\xEF\xBF\xBD");
    BOOST_TEST(markup("\xE2\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD");
    BOOST_TEST(markup("a\xE2\x80\xA8"
                      "b\xE2\x80\x8B"
                      "c") ==
               "a\xEF\xBF\xBD"
               "b\xEF\xBF\xBD"
               "c");
}

BOOST_AUTO_TEST_CASE(nothing_of_a_report_is_markup) {
    std::string const evil = "<script>alert(1)</script>'\"&";
    std::string const escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&#39;&quot;&amp;";
    object run{{"credentials", boost::json::array{object{{"label", evil}}, 7}}, {"where", boost::json::array{evil}}};
    for (char const* const member : {"at", "user", "host", "reason", "plan_sha256", "run", "tool", "region"})
        run[member] = evil;
    report_builder b(run);
    b.planned("p", "a").planned("p", "<b>", {{"source_bucket", evil}}).planned("p", "c");
    b.refused("p/a", evil, evil).stopped("p/<b>").sent("p/c").add({{"type", "end"}, {"how", evil}, {"status", 1}});
    std::string const page = page_of(b);
    BOOST_TEST(!has(page, "<script"));
    // The members, both of user and host in one row; how it ended; the code in both tables, and the message; a bucket.
    BOOST_TEST(count(page, escaped) == 10u + 1u + 3u + 1u);
    BOOST_TEST(well_formed(page));
}

BOOST_AUTO_TEST_CASE(a_page_loads_nothing_and_runs_nothing) {
    std::string const page = page_of(report_builder().planned("p", "a").stopped("p/a"));
    for (char const* const each : {"<script", "<link", "<img", "<iframe", "http://", "https://", "url(", "@import",
                                   "src=", "href=", "onload", "javascript:"}) {
        BOOST_TEST(!has(page, each), each);
    }
    BOOST_TEST(has(page, "content=\"default-src 'none'; style-src 'unsafe-inline'\""));
    BOOST_TEST(has(page, "@media (prefers-color-scheme: dark)"));
    BOOST_TEST(has(page, "@media (max-width: 40rem)"));
    BOOST_TEST(well_formed(page));
}

BOOST_AUTO_TEST_CASE(a_page_tells_what_the_report_does) {
    report_builder b(object{{"user", "ops"},
                            {"host", "h1"},
                            {"reason", "moving"},
                            {"region", "cn-north-4"},
                            {"credentials", boost::json::array{object{{"label", "ak A…Z"}}}}});
    b.planned("p", "a", {{"source_bucket", "from"}, {"destination_bucket", "to"}}).planned("p", "b").planned("q", "c");
    b.planned("p", "d").planned("p", "e").stopped("p/a").refused("p/b", "OMS.0206").refused("q/c", "OMS.0206");
    b.sent("p/d").add({{"type", "resume"}, {"at", "2026-03-01T10:30:00.000Z"}, {"user", "night"}});
    b.add({{"type", "end"}, {"ms", 2500}, {"status", 1}});
    std::string const page = page_of(b);
    for (char const* const each : {"<dd>ops on h1</dd>",
                                   "<dd>moving</dd>",
                                   "<dd>ak A…Z</dd>",
                                   "<dd>cn-north-4</dd>",
                                   "<b>5</b>tasks",
                                   "<b>1</b>stopped",
                                   "<b>0</b>already stopped",
                                   "<b>2</b>refused",
                                   "<b>1</b>unknown",
                                   "<b>1</b>not attempted",
                                   "<td>OMS.0206</td><td>2</td>",
                                   "no<br>Ask for the right",
                                   "<td>p</td><td>1</td>",
                                   "<td>q</td><td>1</td>",
                                   "1 × OMS.0206",
                                   "20 ms to 50 ms: 3 tasks",
                                   "after 0 ms: 30.0/s",
                                   "was cut short",
                                   "by night; ended after 2.5 s",
                                   "<h2>To start again</h2>",
                                   "<td>:from</td><td>:to</td>",
                                   "<td>p/d</td><td>unknown</td>"}) {
        BOOST_TEST(has(page, each), each);
    }
    BOOST_TEST(count(page, "role=\"img\"") == 3u);
    // What nobody knows comes before all that is known.
    BOOST_TEST(page.find("<td>p/d</td>") < page.find("<td>OMS.0206</td>"));
    BOOST_TEST(well_formed(page));
}

BOOST_AUTO_TEST_CASE(an_empty_report_has_a_page) {
    std::string const page = page_of({});
    BOOST_TEST(has(page, "<b>0</b>tasks"));
    BOOST_TEST(has(page, "nothing to draw"));
    BOOST_TEST(!has(page, "<svg"));
    BOOST_TEST(!has(page, "Failures"));
    BOOST_TEST(well_formed(page));
}

BOOST_AUTO_TEST_CASE(a_torn_last_line_is_left_out) {
    report_builder b;
    b.planned("p", "a").sent("p/a");
    std::string const whole = b.text();
    std::string const all = b.stopped("p/a").text();
    auto const page = [](std::string const& text) { return report_page(oms::test::read_report_text(text)); };
    BOOST_TEST(page(all.substr(0, all.size() - 1)) == page(whole));
    BOOST_TEST(has(page(whole), "<b>1</b>unknown"));
    BOOST_TEST(has(page(all), "<b>1</b>stopped"));
}

BOOST_AUTO_TEST_CASE(ten_thousand_tasks_stay_one_bounded_page) {
    std::string const long_text(5'000, 'x');
    report_builder b(object{{"reason", long_text}});
    for (int i = 0; i < 10'000; ++i)
        b.planned("p" + std::to_string(i), "t");
    for (int i = 0; i < 10'000; ++i)
        b.refused("p" + std::to_string(i) + "/t", std::to_string(i) + long_text.substr(0, 400), "wrong");
    std::string const page = page_of(b);
    BOOST_TEST(page.size() < 200u * 1024);
    BOOST_TEST(count(page, "And 9980 more.") == 2u);
    BOOST_TEST(well_formed(page));
}

BOOST_AUTO_TEST_CASE(what_a_page_leaves_out_it_says_how_to_list) {
    report_builder b;
    for (int i = 0; i < 60; ++i)
        b.planned("p", "t" + std::to_string(i));
    for (int i = 0; i < 25; ++i)
        b.stopped("p/t" + std::to_string(i));
    std::string const stopped = page_of(b);
    BOOST_TEST(has(stopped, "<p>And 5 more; oms-stop report FILE --only stopped lists them.</p>"));
    BOOST_TEST(!has(stopped, "--only unknown"));
    for (int i = 25; i < 60; ++i)
        b.sent("p/t" + std::to_string(i));
    BOOST_TEST(
        has(page_of(b), "<p>And 15 more; oms-stop report FILE --only unknown --only unconfirmed lists them.</p>"));
}

BOOST_AUTO_TEST_CASE(a_cut_text_ends_with_a_whole_character) {
    std::string reason = "a";
    for (int i = 0; i < 100; ++i)
        reason += "ö";
    BOOST_TEST(has(page_of(report_builder(object{{"reason", reason}})), "<dd>" + reason.substr(0, 199) + "…</dd>"));
}

std::vector<task_time> between(std::initializer_list<std::pair<milliseconds, milliseconds>> list) {
    std::vector<task_time> result;
    for (auto const& [from, to] : list)
        result.push_back({from, to});
    return result;
}

BOOST_AUTO_TEST_CASE(latencies_fall_into_bins) {
    auto const bins = latency_bins(between({{0ms, 10ms}, {0ms, 19ms}, {0ms, 20ms}, {0ms, 499ms}}));
    BOOST_REQUIRE(bins.size() == 5u);
    BOOST_TEST((bins[0].from == 10ms && bins[0].to == 20ms));
    BOOST_TEST(bins[0].count == 2u);
    BOOST_TEST(bins[1].count == 1u);
    BOOST_TEST(bins[2].count == 0u);
    BOOST_TEST((bins[4].from == 200ms && bins[4].to == 500ms));
    BOOST_TEST(bins[4].count == 1u);
    BOOST_TEST(latency_bins({}).empty());
    BOOST_TEST(latency_bins(between({{0ms, 0ms}, {0ms, 9'000'000'000'000ms}})).size() <= 40u);
}

BOOST_AUTO_TEST_CASE(percentiles_are_those_of_the_tasks) {
    auto const times = between({{0ms, 40ms}, {0ms, 10ms}, {0ms, 30ms}, {0ms, 20ms}});
    BOOST_TEST((percentile(times, .5) == 20ms));
    BOOST_TEST((percentile(times, .9) == 40ms));
    BOOST_TEST((percentile(times, .01) == 10ms));
    BOOST_TEST((percentile(times, 1) == 40ms));
    BOOST_TEST((percentile({}, .5) == 0ms));
}

BOOST_AUTO_TEST_CASE(a_timeline_adds_up) {
    auto const t = timeline_of(between({{0ms, 50ms}, {0ms, 150ms}, {100ms, 200ms}}));
    BOOST_TEST((t.begin == 0ms));
    BOOST_TEST((t.step == 100ms));
    BOOST_TEST(t.in_flight == (std::vector<double>{1.5, 1.5, 0}), boost::test_tools::per_element());
    BOOST_TEST(t.rate == (std::vector<double>{10, 10, 10}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_timeline_is_bounded) {
    for (milliseconds const length :
         {milliseconds(0), milliseconds(12'100), milliseconds(3'600'000), milliseconds(1'000'000'000'000)}) {
        auto const t = timeline_of(between({{0ms, 10ms}, {length, length}}));
        BOOST_TEST(t.rate.size() <= 121u);
        double const seconds = std::chrono::duration<double>(t.step).count();
        BOOST_TEST(std::accumulate(t.rate.begin(), t.rate.end(), 0.) * seconds == 2,
                   boost::test_tools::tolerance(1e-9));
    }
    BOOST_TEST(timeline_of({}).rate.empty());
}

BOOST_AUTO_TEST_CASE(what_was_not_sent_has_no_time) {
    report_builder b;
    b.planned("p", "a").planned("p", "b");
    b.result("p/a", {{"outcome", "not_sent"}, {"ms", 9}, {"took", 9}, {"code", "x"}}).stopped("p/b", 40);
    auto const times = task_times(b.read());
    BOOST_REQUIRE(times.size() == 1u);
    BOOST_TEST((times[0].length() == 40ms));
}

// The wall clock of the resume is before the run's: only what the program counted itself is drawn.
BOOST_AUTO_TEST_CASE(charts_know_neither_the_wall_clock_nor_the_time_until_a_resume) {
    report_builder b;
    b.planned("p", "a").planned("p", "b").stopped("p/a", 100);
    b.add({{"type", "resume"}, {"at", "2020-01-01T00:00:00.000Z"}}).stopped("p/b", 60);
    auto const times = task_times(b.read());
    BOOST_REQUIRE(times.size() == 2u);
    BOOST_TEST((times[0].begin == 0ms && times[0].end == 100ms));
    BOOST_TEST((times[1].begin == 100ms && times[1].end == 160ms));
    BOOST_TEST(timeline_of(times).rate.size() == 2u);
}

BOOST_AUTO_TEST_CASE(times_are_short) {
    BOOST_TEST(time_text(250ms) == "250 ms");
    BOOST_TEST(time_text(1500ms) == "1.5 s");
    BOOST_TEST(time_text(3min) == "3 min");
    BOOST_TEST(time_text(5h) == "5 h");
}

BOOST_AUTO_TEST_CASE(columns_are_as_high_as_their_values) {
    column_chart chart;
    chart.title = "a<b";
    chart.columns = {{4, "four"}, {0, "none"}, {1, "one"}};
    chart.marks = {{3, "end"}};
    std::string const svg = svg_of(chart);
    BOOST_TEST(has(svg, "aria-label=\"a&lt;b\""));
    BOOST_TEST(count(svg, "<rect") == 2u);
    BOOST_TEST(has(svg, "y=\"10.0\" width=\"214.0\" height=\"156.0\"><title>four"));
    BOOST_TEST(has(svg, "height=\"39.0\"><title>one"));
    BOOST_TEST(has(svg, "x=\"700.0\" y=\"184.0\">end"));
    BOOST_TEST(well_formed(svg_of({})));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
