// SPDX-License-Identifier: BSL-1.0
// The matchers' own scope: opened beside names that a user's test is likely to have.

#include <oms/testing/simulator.hpp>

#include <boost/test/unit_test.hpp>

#include <concepts>

namespace {

struct simulator {};  // a user's own, which opening the matchers leaves alone
struct fault {};

namespace opened {
using namespace oms::testing::match;  // NOLINT(google-build-using-namespace): what is tested

BOOST_AUTO_TEST_SUITE(simulator_names)

BOOST_AUTO_TEST_CASE(matchers_can_be_opened_alone) {
    BOOST_TEST(path("/v2/").path_prefix == "/v2/");
    BOOST_TEST(project("p").project_id.value() == "p");
    BOOST_TEST(task(oms::sync_task("p", "t")).task.value() == oms::sync_task("p", "t"));
    BOOST_TEST(!any().task.has_value());
    static_assert(!std::same_as<simulator, oms::testing::simulator> && !std::same_as<fault, oms::testing::fault>);
}

BOOST_AUTO_TEST_CASE(the_outer_scope_has_the_same_functions) {
    BOOST_TEST((oms::testing::path == oms::testing::match::path));
    BOOST_TEST((oms::testing::any == oms::testing::match::any));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace opened

}  // namespace
