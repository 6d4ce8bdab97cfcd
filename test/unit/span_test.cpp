// SPDX-License-Identifier: BSL-1.0
#include "policy/span.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::policy;

BOOST_AUTO_TEST_SUITE(spans)

BOOST_AUTO_TEST_CASE(what_an_option_may_be) {
    struct row {
        duration value;
        bool span, positive;
    };
    for (row const& each :
         {row{-1ns, false, false}, row{0ns, true, false}, row{1ns, true, true}, row{longest_span, true, true},
          row{longest_span + 1ns, false, false}, row{unlimited, true, true}}) {
        BOOST_TEST(is_span(each.value) == each.span);
        BOOST_TEST(is_positive_span(each.value) == each.positive);
    }
}

BOOST_AUTO_TEST_SUITE_END()
