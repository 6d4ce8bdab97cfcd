// SPDX-License-Identifier: BSL-1.0
#include "policy/outcome.hpp"

#include <boost/test/unit_test.hpp>

#include <string_view>

using oms::outcome;
using oms::policy::outcome_tracker;

namespace {

// s: a byte left, o: that try is open, t: settled.
outcome after(std::string_view events) {
    outcome_tracker belief;
    for (char e : events) {
        if (e == 's') belief.sent();
        if (e == 'o') belief.open();
        if (e == 't') belief.settle();
    }
    BOOST_TEST(belief.any_sent() == (events.find('s') != std::string_view::npos));
    return belief.unfinished();
}

struct row {
    std::string_view events;
    outcome expected;
};

constexpr row table[] = {
    {"", outcome::not_sent},   {"s", outcome::refused},    {"so", outcome::unknown},    {"sot", outcome::refused},
    {"sos", outcome::unknown}, {"soso", outcome::unknown}, {"sosot", outcome::refused}, {"soto", outcome::unknown},
    {"st", outcome::refused},  {"sto", outcome::unknown},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(outcome_belief)

BOOST_AUTO_TEST_CASE(row_by_row) {
    for (row const& r : table)
        BOOST_TEST((after(r.events) == r.expected), r.events);
}

BOOST_AUTO_TEST_CASE(success_is_of_the_second_hundred) {
    for (unsigned const status : {200U, 204U, 299U})
        BOOST_TEST(oms::policy::is_success(status));
    for (unsigned const status : {0U, 199U, 300U, 304U, 400U, 500U})
        BOOST_TEST(!oms::policy::is_success(status));
}

BOOST_AUTO_TEST_SUITE_END()
