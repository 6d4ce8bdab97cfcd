// SPDX-License-Identifier: BSL-1.0
// The functions of doc/guide/observing.md.
#include "system/support/rig.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace oms::test;
namespace match = oms::testing::match;

namespace {
#include "observing.ipp"

bool has(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}

oms::call_options tagged(std::string tag) {
    oms::call_options options;
    options.tag = std::move(tag);
    return options;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(observing_page, rig)

BOOST_AUTO_TEST_CASE(a_log_has_failures_repeats_and_warnings) {
    std::ostringstream log;
    config = logged(config, log);
    config.tls.dangerously_disable_verification();
    sim.on(match::task(task(0))).attempt(1).reply(503, "", {{"Retry-After", "0"}});
    sim.on(match::task(task(1))).reply(403, R"({"error_code":"OMS.0206","error_msg":"no"})");
    BOOST_TEST(!stop(task(0), tagged("nightly")).code);
    BOOST_TEST(stop(task(1), tagged("other")).code.failed());
    BOOST_TEST(has(log.str(), "warning 0  verification_disabled: "), log.str());
    BOOST_TEST(has(log.str(), "again 1 nightly failed: "), log.str());
    BOOST_TEST(has(log.str(), " other not_retryable: "), log.str());
    BOOST_TEST(has(log.str(), " other The caller has no OMS permission"), log.str());
    BOOST_TEST(has(log.str(), "OMS.0206"), log.str());
    BOOST_TEST(!has(log.str(), "call 1 nightly"), log.str());
    BOOST_TEST(!has(log.str(), sim.token(sim.project_id(0))));
}

BOOST_AUTO_TEST_CASE(a_dashboard_has_numbers) {
    sim.on(match::task(task(0))).attempt(1).reply(503, "", {{"Retry-After", "0"}});
    BOOST_TEST(!stop(task(0)).code);
    BOOST_TEST((stop(task(0)).code == oms::condition::not_running));
    std::ostringstream numbers;
    write_numbers(numbers, client());
    BOOST_TEST(has(numbers.str(), "calls 2\nin_flight 0\nwaiting 0\n"), numbers.str());
    BOOST_TEST(has(numbers.str(), "completed{ok} 1\n"), numbers.str());
    BOOST_TEST(has(numbers.str(), "completed{not running} 1\n"), numbers.str());
    BOOST_TEST(has(numbers.str(), "repeated{failed} 1\n"), numbers.str());
}

BOOST_AUTO_TEST_CASE(a_page_tells_who_waits) {
    sim.on(match::any()).held();
    stop_receipt got;
    client().async_stop(task(0), got.handler());
    BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 1; }));
    std::string const page = client().describe();
    BOOST_TEST(has(page, "localhost:" + std::to_string(sim.port())), page);
    BOOST_TEST(!has(page, sim.token(sim.project_id(0))));
    sim.release();
    BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
}

BOOST_AUTO_TEST_CASE(a_trace_is_handed_on) {
    std::string const span = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    std::vector<std::string> seen;
    sim.on(match::any()).reply([&](auto const& asked) -> std::optional<oms::testing::scripted_reply> {
        seen.emplace_back(asked.header("traceparent"));
        return std::nullopt;
    });
    config = traced(config);
    BOOST_TEST(!stop(task(0), tagged(span)).code);
    BOOST_TEST(seen == std::vector<std::string>{span}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
