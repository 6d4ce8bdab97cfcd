// SPDX-License-Identifier: BSL-1.0
// The functions of doc/guide/coming-from-other-sdks.md, and some of what it says is another way here.
#include "system/support/rig.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace oms::test;
namespace match = oms::testing::match;

namespace {
#include "coming-from-other-sdks.ipp"

struct with_key : rig {
    with_key() {
        sim.add_key({"AKOURS", "our-secret"});
        config = for_region("cn-north-4", "AKOURS", "our-secret");
        config.endpoint = sim.endpoint();  // overrules the region's
        config.tls.ca_pem = sim.ca_pem();
    }

    std::string told(oms::task_ref const& of) {
        std::ostringstream log;
        run(context, [&] { return ::stop(client(), of.project_id, of.task_id, log); });
        return log.str();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(coming_from_other_sdks_page, with_key)

BOOST_AUTO_TEST_CASE(a_client_is_for_all_projects) {
    for (std::size_t project = 0; project < 4; ++project) {
        BOOST_TEST(told(task(project)).empty());
        BOOST_TEST(sim.stops(task(project)) == 1u);
    }
    BOOST_TEST(sim.key("AKOURS").accepted == 4u);
}

BOOST_AUTO_TEST_CASE(not_running_is_an_error_of_one_call_and_none_of_a_bulk) {
    BOOST_TEST(told(task(0)).empty());
    std::string const again = told(task(0));
    BOOST_TEST(again.find("400 " + sim.ledger().back().request_id + " OMS.0066 ") == 0u, again);

    oms::call_options options;
    options.already_stopped_is_success = true;
    BOOST_TEST(!rig::stop(task(0), options).code);
    auto const bulk = stop_all(std::vector<oms::task_ref>{task(0)});
    BOOST_TEST(!bulk.code);
    BOOST_TEST(bulk.result.failures.empty());
}

BOOST_AUTO_TEST_CASE(repeats_are_on_and_an_empty_id_is_not_sent) {
    sim.on(match::any()).times(1).reply(503, "", {{"Retry-After", "0"}});
    BOOST_TEST(told(task(0)).empty());
    BOOST_TEST(sim.requests() == 2u);
    BOOST_TEST((rig::stop(oms::sync_task(sim.project_id(0), "")).code == oms::errc::invalid_task_id));
    BOOST_TEST(sim.requests() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
