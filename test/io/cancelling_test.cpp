// SPDX-License-Identifier: BSL-1.0
//
// What is cancelled by its tag, by its project, or as all there is: which operations end, which go on, and how many
// are said to.
#include "io/harness/client_over.hpp"
#include "io/harness/report.hpp"
#include "io/harness/world.hpp"

#include <oms/bulk.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

// The service answers what `speaks` lets it, and nothing else.
struct scene : world {
    std::optional<oms::client> client;
    std::map<std::string, error_code> ended;  // by what it was called
    bool speaks = false;
    bool half = false;  // only the header of an answer comes

    scene() {
        net.server = [this](request const&) {
            if (speaks) return after(0s, reply_text(200));
            answer a;
            a.stalls = !half;
            if (half) {
                a.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
                a.stalls_at_end = true;
            }
            return a;
        };
        open();
        client.emplace(client_over(std::exchange(core, nullptr)));
        // Until a credential was accepted one request has it at a time.
        speaks = true;
        stop("first", "p");
        run_for(1s);
        BOOST_REQUIRE(ended.count("first") == 1U);
        speaks = false;
        ended.clear();
        net.ledger.clear();
    }
    ~scene() { client.reset(); }

    auto handler(std::string const& name) {
        return [this, name](error_code code, auto const&) { ended.emplace(name, code); };
    }
    void stop(std::string const& name, std::string const& project, std::string tag = {}) {
        call_options options;
        options.tag = std::move(tag);
        client->async_stop(sync_task(project, name), options, handler(name));
    }
    std::size_t count(error_code code) const {
        std::size_t n = 0;
        for (auto const& [name, each] : ended)
            n += each == code;
        return n;
    }
};

call_options tagged(char const* tag) {
    call_options options;
    options.tag = tag;
    return options;
}

bulk_options five_at_a_time(char const* tag) {
    bulk_options options;
    options.max_in_flight = 5;
    options.call.tag = tag;
    return options;
}

std::vector<task_ref> tasks(std::string const& project, std::size_t count) {
    std::vector<task_ref> all;
    for (std::size_t i = 0; i < count; ++i)
        all.push_back(sync_task(project, "t" + std::to_string(i)));
    return all;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cancelling, scene)

BOOST_AUTO_TEST_CASE(by_a_tag) {
    stop("one", "p", "a");
    stop("two", "q", "a");
    stop("three", "p", "b");
    stop("four", "p");
    client->async_show(sync_task("p", "five"), tagged("a"), handler("five"));
    client->async_list(list_query("p"), tagged("a"), handler("six"));
    run_for(1s);
    BOOST_TEST(ended.empty());
    BOOST_TEST(client->cancel("c") == 0U);
    BOOST_TEST(client->cancel("") == 0U);
    BOOST_TEST(client->cancel("a") == 4U);
    BOOST_TEST(ended.empty());  // never inside
    run_for(1s);
    BOOST_TEST(ended.size() == 4U);
    BOOST_TEST(count(errc::cancelled) == 4U);
    for (char const* name : {"one", "two", "five", "six"})
        BOOST_TEST(ended.count(name) == 1U, name);
    BOOST_TEST(client->cancel("a") == 0U);
    BOOST_TEST(client->cancel("b") == 1U);
    BOOST_TEST(client->cancel() == 1U);
    run_for(1s);
    BOOST_TEST(count(errc::cancelled) == 6U);
}

// Before anything of it is sent, too.
BOOST_AUTO_TEST_CASE(by_a_tag_at_once) {
    // To a region without a connection.
    client->async_stop(sync_task("p", "one", "cn-south-1"), tagged("a"), handler("one"));
    BOOST_TEST(client->cancel("a") == 1U);
    run_for(1s);
    BOOST_TEST(count(errc::cancelled) == 1U);
    BOOST_TEST(net.ledger.empty());
}

BOOST_AUTO_TEST_CASE(by_a_project) {
    stop("one", "p", "a");
    stop("two", "q", "a");
    client->async_show(sync_task("q", "three"), handler("three"));
    client->async_list(list_query("q"), handler("four"));
    client->async_start(sync_task("q", "five"), start_keys("a", "b", "c", "d"), handler("five"));
    run_for(1s);
    client->async_find_project("cn-north-4", handler("of none"));
    BOOST_TEST(client->cancel_project("r") == 0U);
    BOOST_TEST(client->cancel_project("") == 0U);
    BOOST_TEST(client->cancel_project("q") == 4U);
    run_for(1s);
    BOOST_TEST(count(errc::cancelled) == 4U);
    BOOST_TEST(ended.count("one") == 0U);
    speaks = true;  // later ones of it start
    stop("six", "q");
    run_for(1s);
    BOOST_TEST(ended.count("six") == 1U);
    BOOST_TEST(!ended["six"]);
}

// What has its answer already is not cancelled, and not counted.
BOOST_AUTO_TEST_CASE(behind_the_header_of_an_answer) {
    half = true;
    stop("one", "p", "a");
    run_for(1s);
    BOOST_TEST(client->cancel("a") == 0U);
    run_for(1s);
    BOOST_TEST(ended.count("one") == 1U);
    BOOST_TEST(!ended["one"]);
}

BOOST_AUTO_TEST_CASE(a_bulk_by_its_tag) {
    std::optional<std::pair<error_code, bulk_report>> first;
    std::optional<std::pair<error_code, bulk_report>> second;
    async_stop_all(*client, tasks("p", 20), five_at_a_time("a"),
                   [&](error_code code, bulk_report report) { first.emplace(code, std::move(report)); });
    async_stop_all(*client, tasks("q", 20), five_at_a_time("b"),
                   [&](error_code code, bulk_report report) { second.emplace(code, std::move(report)); });
    run_for(1s);
    BOOST_TEST(client->cancel("a") == 5U);
    BOOST_TEST(!first.has_value());
    run_for(1s);
    BOOST_REQUIRE(first.has_value());
    BOOST_TEST((first->first == errc::cancelled));
    BOOST_TEST(first->second.unknown == 5U);
    BOOST_TEST(first->second.not_attempted == 15U);
    BOOST_TEST(first->second.pulled == 20U);
    BOOST_TEST(!second.has_value());
    BOOST_TEST(client->cancel() == 5U);
    run_for(1s);
    BOOST_REQUIRE(second.has_value());
    BOOST_TEST((second->first == errc::cancelled));
}

BOOST_AUTO_TEST_CASE(a_project_of_a_bulk_that_goes_on) {
    std::optional<std::pair<error_code, bulk_report>> done;
    auto both = tasks("p", 4);
    for (task_ref& each : tasks("q", 8))
        both.push_back(std::move(each));
    bulk_options options;
    options.max_in_flight_per_project = 3;
    async_stop_all(*client, std::move(both), options,
                   [&](error_code code, bulk_report report) { done.emplace(code, std::move(report)); });
    run_for(1s);
    speaks = true;
    BOOST_TEST(client->cancel_project("q") == 3U);
    run_for(1s);
    BOOST_TEST(!done.has_value());
    BOOST_TEST(client->cancel_project("p") == 3U);
    run_for(10s);
    BOOST_REQUIRE(done.has_value());
    BOOST_TEST(!done->first);
    BOOST_TEST(done->second.unknown == 6U);
    BOOST_TEST(done->second.stopped == 6U);
    BOOST_REQUIRE(done->second.failures.size() == 1U);
    BOOST_TEST((done->second.failures.front().code == errc::cancelled));
}

BOOST_AUTO_TEST_SUITE_END()

// Options of their own for what reads.
BOOST_FIXTURE_TEST_SUITE(reading_options, scene)

BOOST_AUTO_TEST_CASE(a_deadline_and_a_header) {
    call_options options;
    options.headers.emplace_back("X-Trace", "t1");
    options.timeouts.total = 3s;
    client->async_show(sync_task("p", "one"), options, handler("show"));
    client->async_list(list_query("p"), options, handler("list"));
    auto list = client->list_all(list_query("p"), options);
    list.async_next(handler("next"));
    run_for(2s);
    BOOST_TEST(ended.empty());
    BOOST_REQUIRE(net.ledger.size() == 3U);
    for (auto const& each : net.ledger)
        BOOST_TEST(each.request.find("X-Trace: t1\r\n") != std::string::npos);
    run_for(2s);
    BOOST_TEST(ended.size() == 3U);
    for (auto const& [name, code] : ended)
        BOOST_TEST((code == condition::timed_out), name);
}

BOOST_AUTO_TEST_CASE(a_wrong_one_is_named_and_nothing_sent) {
    call_options options;
    options.headers.emplace_back("Host", "elsewhere");
    std::string field;
    client->async_show(sync_task("p", "one"), options, [&](error_code code, task_info const& info) {
        ended.emplace("show", code);
        field = info.call.service_message;
    });
    client->async_list(list_query("p"), options, handler("list"));
    client->async_find_project("cn-north-4", options, handler("find"));
    run_for(1s);
    BOOST_TEST(count(errc::invalid_header) == 3U);
    BOOST_TEST(!field.empty());
    BOOST_TEST(net.ledger.empty());
}

// What the service takes, and not one more.
BOOST_AUTO_TEST_CASE(the_limits_of_a_list) {
    struct row {
        std::uint32_t limit, offset;
        char const* wrong;
    };
    for (auto const& [limit, offset, wrong] : {row{1, 0, nullptr}, row{100, 10'000, nullptr}, row{0, 0, "limit"},
                                               row{101, 0, "limit"}, row{100, 10'001, "offset"}}) {
        net.ledger.clear();
        list_query query("p");
        query.limit = limit;
        query.offset = offset;
        std::optional<error_code> got;
        std::string field;
        client->async_list(query, [&](error_code code, task_page const& page) {
            got = code;
            field = page.call.service_message;
        });
        run_for(1s);
        BOOST_TEST(got.has_value() == (wrong != nullptr));
        BOOST_TEST(net.ledger.empty() == (wrong != nullptr));
        if (wrong == nullptr) {
            client->cancel();
            run_for(1s);
            continue;
        }
        BOOST_TEST((*got == errc::invalid_option));
        BOOST_TEST(field == wrong);
    }
}

BOOST_AUTO_TEST_SUITE_END()
