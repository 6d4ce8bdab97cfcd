// SPDX-License-Identifier: BSL-1.0
// The functions of doc/guide/bulk.md.
#include "system/support/rig.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <istream>
#include <optional>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace oms::test;
namespace match = oms::testing::match;

namespace {
#include "bulk.ipp"

std::size_t lines_with(std::string const& text, std::string const& begin) {
    std::istringstream in(text);
    std::size_t found = 0;
    for (std::string line; std::getline(in, line);)
        found += line.starts_with(begin) ? 1 : 0;
    return found;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bulk_page, rig)

BOOST_AUTO_TEST_CASE(each_task_is_stopped_and_told_of) {
    oms::bulk_report report;
    std::ostringstream log;
    auto tasks = sim.tasks();
    tasks.push_back(tasks.front());
    run(context, [&]() -> asio::awaitable<void> { report = co_await stop_listed(client(), tasks, log); });
    BOOST_TEST(report.pulled == 101u);
    BOOST_TEST(report.stopped == 100u);
    BOOST_TEST(report.duplicates == 1u);
    BOOST_TEST(all_stopped({}, report));
    BOOST_TEST(log.str().ends_with("101 ended, 0 in flight\n"), log.str());

    sim.on(match::project(sim.project_id(1))).reply(403, R"({"error_code":"OMS.0206","error_msg":"no"})");
    log.str("");
    run(context, [&]() -> asio::awaitable<void> { report = co_await stop_listed(client(), sim.tasks(), log); });
    BOOST_TEST(report.already_stopped == 75u);
    BOOST_TEST(report.refused == 25u);
    BOOST_TEST(!all_stopped({}, report));
    BOOST_TEST(report.failures.front().service_code == "OMS.0206");
    BOOST_TEST(report.failures.front().count == 25u);
}

BOOST_AUTO_TEST_CASE(a_file_is_a_source) {
    std::stringstream file;
    for (auto const& each : sim.tasks())
        file << each << '\n';
    auto const got = stop_all(task_lines(file));
    BOOST_TEST(all_stopped(got.code, got.result));
    BOOST_TEST(got.result.pulled == 100u);

    std::stringstream wrong("nothing\n");
    auto const failed = stop_all(task_lines(wrong));
    BOOST_TEST((failed.code == oms::errc::source_failed));
    BOOST_CHECK_THROW(std::rethrow_exception(failed.result.exception), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_listing_is_a_source) {
    auto const got = stop_all(client().list_all(oms::list_query(sim.project_id(0))));
    BOOST_TEST(all_stopped(got.code, got.result));
    BOOST_TEST(got.result.stopped == 25u);
}

BOOST_AUTO_TEST_CASE(a_journal_has_each_task_before_its_request) {
    std::ostringstream journal;
    std::size_t begun = 0;
    auto options = with_journal(oms::bulk_options(), journal);
    options.before_send = [&, inner = options.before_send](oms::task_ref const& task) {
        BOOST_TEST(sim.stops(task) == 0u);
        ++begun;
        return inner(task);
    };
    auto const got = stop_all(sim.tasks(), options);
    BOOST_TEST(all_stopped(got.code, got.result));
    BOOST_TEST(begun == 100u);
    BOOST_TEST(lines_with(journal.str(), "begin ") == 100u);
    BOOST_TEST(lines_with(journal.str(), "end ") == 100u);
}

BOOST_AUTO_TEST_CASE(a_journal_that_cannot_be_written_ends_the_run) {
    std::ostringstream journal;
    journal.setstate(std::ios::badbit);
    auto const got = stop_all(sim.tasks(), with_journal(oms::bulk_options(), journal));
    BOOST_TEST((got.code == oms::errc::callback_failed));
    BOOST_TEST(got.result.stopped == 0u);
    BOOST_TEST(sim.requests() == 0u);
}

BOOST_AUTO_TEST_CASE(a_run_ends_gently_or_at_once) {
    for (auto const& each : sim.tasks())
        if (each.task_id == sim.task_id(0, 0)) BOOST_TEST(!stop(each).code);  // its token is accepted
    for (auto const type : {asio::cancellation_type::partial, asio::cancellation_type::terminal}) {
        sim.clear_faults();
        sim.on(match::any()).held();
        asio::cancellation_signal signal;
        bulk_receipt got;
        std::vector<oms::task_ref> tasks;
        std::size_t const first = type == asio::cancellation_type::partial ? 1 : 6;
        for (std::size_t number = first; number < first + 10; ++number)
            tasks.push_back(task(0, number));
        stop_until(signal.slot(), client(), tasks, got.handler());
        BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 5; }));
        signal.emit(type);
        sim.clear_faults();
        if (type == asio::cancellation_type::partial) sim.release();
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
        BOOST_TEST((got.code == oms::condition::cancelled));
        BOOST_TEST(got.result.pulled == 10u);
        BOOST_TEST(got.result.not_attempted == 5u);
        BOOST_TEST(got.result.stopped == (type == asio::cancellation_type::partial ? 5u : 0u));
        BOOST_TEST(got.result.unknown == (type == asio::cancellation_type::partial ? 0u : 5u));
        sim.release();
    }
}

BOOST_AUTO_TEST_CASE(too_many_failures_end_a_run) {
    sim.on(match::any()).reply(403, R"({"error_code":"OMS.0206","error_msg":"no"})");
    oms::bulk_options options;
    options.max_failures = 3;
    options.max_in_flight = 1;
    auto const got = stop_all(sim.tasks(), options);
    BOOST_TEST((got.code == oms::errc::too_many_failures));
    BOOST_TEST(got.result.refused == 4u);
    BOOST_TEST(got.result.not_attempted == got.result.pulled - 4);
}

BOOST_AUTO_TEST_SUITE_END()
