// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"
#include "exit_code.hpp"
#include "failure.hpp"

#include <boost/test/unit_test.hpp>

#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using oms_stop::options;
using oms_stop::parse_options;

options parse(std::vector<std::string> arguments) {
    return parse_options(std::move(arguments));
}

// Words with blanks in between.
options parse_line(std::string const& text) {
    std::istringstream words(text);
    return parse({std::istream_iterator<std::string>(words), {}});
}

bool refused(std::vector<std::string> arguments) {
    try {
        check_options(parse(std::move(arguments)));
    } catch (oms_stop::usage_error const& e) {
        return e.how().status == oms_stop::exit_code::usage;
    }
    return false;
}

BOOST_AUTO_TEST_SUITE(options_of_the_tool)

BOOST_AUTO_TEST_CASE(each_option_is_read) {
    options const o = parse_line(
        "r/p/t --from f --project p1 --project p2 p/t2 --projects-from pf --all-running --kind group "
        "--skip-invalid --accounts a --token-file tf --region cn-north-4 --endpoint https://a "
        "--endpoint r=https://b --ca-file ca --proxy http://x:1 --concurrency 7 --per-project 3 "
        "--rate 2.5 --timeout 500ms --deadline 2m --max-failures 5 --max-stops 9 --confirm-for 20s "
        "--outage 3s --already-stopped-fails --dry-run --yes --reason moving --report rep --resume "
        "res --recheck --json --table --quiet --verbose");
    BOOST_TEST(o.tasks == (std::vector<std::string>{"r/p/t", "p/t2"}), boost::test_tools::per_element());
    BOOST_TEST(o.from == "f");
    BOOST_TEST(o.projects == (std::vector<std::string>{"p1", "p2"}), boost::test_tools::per_element());
    BOOST_TEST(o.projects_from == "pf");
    BOOST_TEST(o.all_running);
    BOOST_TEST((o.kind == oms::task_kind::task_group));
    BOOST_TEST(o.skip_invalid);
    BOOST_TEST(o.accounts == "a");
    BOOST_TEST(o.token_file == "tf");
    BOOST_TEST(o.region == "cn-north-4");
    BOOST_TEST(o.endpoints == (std::vector<std::string>{"https://a", "r=https://b"}), boost::test_tools::per_element());
    BOOST_TEST(o.ca_file == "ca");
    BOOST_TEST(o.proxy == "http://x:1");
    BOOST_TEST(o.concurrency == 7u);
    BOOST_TEST(o.per_project == 3u);
    BOOST_TEST(o.rate == 2.5);
    BOOST_TEST((o.timeout == 500ms));
    BOOST_TEST((o.deadline == oms::duration(2min)));
    BOOST_TEST(o.max_failures.exceeded(6, 6));
    BOOST_TEST(!o.max_failures.exceeded(5, 5));
    BOOST_TEST((o.max_stops == 9u));
    BOOST_TEST(o.confirm);
    BOOST_TEST((o.confirm_for == 20s));
    BOOST_TEST((o.outage == 3s));
    BOOST_TEST(parse({"p/t", "--reason", "why not"}).reason == "why not");
    BOOST_TEST(parse({"p/t", "--confirm"}).confirm);
    BOOST_TEST((parse({"p/t", "--confirm"}).confirm_for == 1min));
    BOOST_TEST((parse({"p/t"}).outage == 5min));
    BOOST_TEST(o.already_stopped_fails);
    BOOST_TEST(o.dry_run);
    BOOST_TEST(o.yes);
    BOOST_TEST(o.reason == "moving");
    BOOST_TEST(o.report == "rep");
    BOOST_TEST(o.resume == "res");
    BOOST_TEST(o.recheck);
    BOOST_TEST(o.json);
    BOOST_TEST(o.table);
    BOOST_TEST(o.quiet);
    BOOST_TEST(o.verbose);
    options const more = parse_line(
        "-f f -p p1 -j 9 -n -y -q --halt now --waves 10,5,rest --wave-pause 3s --accept-changes "
        "--allow-empty --where status=STOPPED --where last_start<30d --log-file log");
    BOOST_TEST(more.from == "f");
    BOOST_TEST(more.projects == (std::vector<std::string>{"p1"}), boost::test_tools::per_element());
    BOOST_TEST(more.concurrency == 9u);
    BOOST_TEST((more.dry_run && more.yes && more.quiet && more.halt_now && more.accept_changes && more.allow_empty));
    BOOST_TEST(more.waves == (std::vector<std::size_t>{10, 5}), boost::test_tools::per_element());
    BOOST_TEST((more.wave_pause == oms::duration(3s)));
    BOOST_TEST(more.where.size() == 2u);
    BOOST_TEST(more.log_file == "log");
    BOOST_TEST(parse({"report", "file", "--only", "unknown", "--format", "csv"}).format == "csv");
    BOOST_TEST(parse({"report", "file"}).show_report == "file");
    BOOST_TEST(parse({"report", "file", "--html", "page"}).html == "page");
    BOOST_TEST(refused({"p/t", "--html", "page"}));
    options const start = parse({"start", "--from", "r", "--keys", "k", "--include-unsure", "--yes"});
    BOOST_TEST((start.start && start.include_unsure && start.yes));
    BOOST_TEST(start.from == "r");
    BOOST_TEST(start.keys == "k");
    BOOST_TEST(refused({"start", "--all-running"}));
}

BOOST_AUTO_TEST_CASE(what_is_not_given_keeps_its_value) {
    options const first = parse({"p/t", "--concurrency", "7", "--region", "cn-north-4", "--skip-invalid"});
    options const second = parse_options({"--region", "cn-east-3"}, first);
    BOOST_TEST(second.concurrency == 7u);
    BOOST_TEST(second.region == "cn-east-3");
    BOOST_TEST(second.skip_invalid);
    BOOST_TEST(second.tasks.size() == 1u);
}

BOOST_AUTO_TEST_CASE(values_that_will_not_do) {
    for (std::vector<std::string> const& each : std::vector<std::vector<std::string>>{
             {"--kind", "dragon"},     {"--concurrency", "0"},     {"--concurrency", "x"},    {"--per-project", "-1"},
             {"--rate", "0"},          {"--rate", "inf"},          {"--timeout", "0"},        {"--timeout", "5 s"},
             {"--deadline", "-5"},     {"--confirm-for", "0"},     {"--outage", "0"},         {"--deadline", "soon"},
             {"--max-failures", "0%"}, {"--max-failures", "101%"}, {"--max-failures", "few"}, {"--max-stops", "0"},
             {"--halt", "later"},      {"--waves", "rest"},        {"--waves", "10,rest,5"},  {"--waves", "0"},
             {"--wave-pause", "0"},    {"--report", ""},           {"--report", "-"},         {"--from", ""},
             {"--resume", "-"},        {"--log-file", ""},         {"--no-such-option"}}) {
        auto arguments = each;
        arguments.push_back("p/t");
        BOOST_TEST(refused(arguments), each.front() + " " + each.back());
    }
    BOOST_TEST(!refused({"p/t"}));
}

BOOST_AUTO_TEST_CASE(combinations_that_will_not_do) {
    BOOST_TEST(refused({}));
    BOOST_TEST(refused({"--project", "p"}));
    BOOST_TEST(refused({"--projects-from", "f"}));
    BOOST_TEST(refused({"--all-running"}));
    BOOST_TEST(!refused({"--all-running", "--project", "p"}));
    BOOST_TEST(!refused({"--all-running", "--token-file", "f"}));
    BOOST_TEST(!refused({"--all-running", "--accounts", "f"}));
    BOOST_TEST(refused({"--all-running", "--project", "p", "p/t"}));
    BOOST_TEST(refused({"--all-running", "--project", "p", "--from", "f"}));
    BOOST_TEST(refused({"p/t", "--json", "--table"}));
    BOOST_TEST(refused({"p/t", "--quiet", "--verbose"}));
    BOOST_TEST(refused({"p/t", "--recheck"}));
    BOOST_TEST(refused({"p/t", "--resume", "f"}));
    BOOST_TEST(refused({"--resume", "f", "--dry-run"}));
    BOOST_TEST(refused({"--resume", "f", "--report", "g"}));
    BOOST_TEST(!refused({"--resume", "f", "--recheck"}));
    BOOST_TEST(refused({"p/t", "--dry-run", "--report", "f"}));
    BOOST_TEST(refused({"p/t", "--halt", "now"}));
    BOOST_TEST(refused({"p/t", "--wave-pause", "1s"}));
    BOOST_TEST(refused({"p/t", "--proxy", "http://user:word@host"}));
    BOOST_TEST(refused({"--from", "-", "--projects-from", "-"}));
    BOOST_TEST(!refused({"--from", "-", "--project", "p"}));
}

BOOST_AUTO_TEST_CASE(times_have_units) {
    BOOST_TEST((oms_stop::parse_duration("90") == oms::duration(90s)));
    BOOST_TEST((oms_stop::parse_duration("1.5s") == oms::duration(1500ms)));
    BOOST_TEST((oms_stop::parse_duration("2h") == oms::duration(2h)));
    for (char const* wrong : {"", "s", "5x", "-1", "0.0001", "1e300", "nan", "inf"})
        BOOST_TEST(!oms_stop::parse_duration(wrong), wrong);
}

BOOST_AUTO_TEST_CASE(files_are_those_of_the_directory) {
    options o = parse({"--from", "-", "--ca-file", "ca.pem", "--accounts", "/etc/a"});
    resolve_files(o, "/home/ops");
    BOOST_TEST(o.from == "-");
    BOOST_TEST(o.ca_file == "/home/ops/ca.pem");
    BOOST_TEST(o.accounts == "/etc/a");
    BOOST_TEST(o.report.empty());
}

BOOST_AUTO_TEST_CASE(the_first_status_that_applies) {
    oms_stop::run_verdict v;
    BOOST_TEST(int(v.end().status) == 0);
    v.all_stopped = false;
    BOOST_TEST(int(v.end().status) == 1);
    v.credentials_refused = true;
    BOOST_TEST(int(v.end().status) == 3);
    v.interrupted = true;
    BOOST_TEST(int(v.end().status) == 4);
    v.report_lost = true;
    BOOST_TEST(int(v.end().status) == 6);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
