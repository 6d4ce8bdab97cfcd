// SPDX-License-Identifier: BSL-1.0
//
// What events say in enumerators: each has a name of its own, which can be streamed.
#include <oms/observer.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <set>
#include <sstream>
#include <string>

using namespace oms;

namespace {

// Until an enumerator has no name, as the one behind the last has none.
template <class Enum>
std::size_t names() {
    std::set<std::string> seen;
    for (int i = 0; !to_string(static_cast<Enum>(i)).empty(); ++i) {
        auto const value = static_cast<Enum>(i);
        std::ostringstream text;
        text << value;
        BOOST_TEST(text.str() == to_string(value));
        BOOST_TEST(seen.insert(text.str()).second, text.str() << " is the name of two");
    }
    BOOST_TEST(to_string(static_cast<Enum>(255)).empty());
    return seen.size();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(events)

BOOST_AUTO_TEST_CASE(each_enumerator_has_a_name_of_its_own) {
    BOOST_TEST(names<operation_kind>() == static_cast<std::size_t>(operation_kind::find_project) + 1);
    BOOST_TEST(names<retry_reason>() == static_cast<std::size_t>(retry_reason::unprocessed) + 1);
    BOOST_TEST(names<close_reason>() == static_cast<std::size_t>(close_reason::many_resets) + 1);
}

BOOST_AUTO_TEST_CASE(names_are_those_of_the_enumerators) {
    BOOST_TEST(to_string(operation_kind::find_project) == "find_project");
    BOOST_TEST(to_string(operation_kind::start) == "start");
    BOOST_TEST(to_string(retry_reason::stale_connection) == "stale_connection");
    BOOST_TEST(to_string(retry_reason::not_retryable) == "not_retryable");
    BOOST_TEST(to_string(retry_reason::budget_empty) == "budget_empty");
    BOOST_TEST(to_string(close_reason::none) == "none");
    BOOST_TEST(to_string(close_reason::stray_bytes) == "stray_bytes");
    BOOST_TEST(to_string(close_reason::made_room) == "made_room");
}

BOOST_AUTO_TEST_SUITE_END()
