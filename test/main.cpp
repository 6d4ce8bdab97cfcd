// SPDX-License-Identifier: BSL-1.0
// The runner of every test program; its suites are in the files beside it.

#define BOOST_TEST_MODULE oms
#include <boost/test/unit_test.hpp>
