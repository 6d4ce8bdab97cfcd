// SPDX-License-Identifier: BSL-1.0
#include "call/task_state.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace oms::call;
using oms::task_kind;

BOOST_AUTO_TEST_SUITE(task_states)

// Every number that the documents list, and what is none.
BOOST_AUTO_TEST_CASE(each_number) {
    using enum task_state;
    constexpr task_state of_task[] = {unknown, running, running,  stopped, ended,
                                      ended,   running, stopping, unknown, unknown};
    constexpr task_state of_group[] = {running, running, running,  stopped, ended,
                                       ended,   ended,   stopping, unknown, unknown};
    for (std::size_t i = 0; i < 10; ++i) {
        std::string const status = std::to_string(i);
        BOOST_TEST((state_of(task_kind::migration_task, status) == of_task[i]), "task " << i);
        BOOST_TEST((state_of(task_kind::task_group, status) == of_group[i]), "group " << i);
        BOOST_TEST((state_of(task_kind::sync_task, status) == unknown), "sync task " << i);
    }
    BOOST_TEST((state_of(task_kind::sync_task, "SYNCHRONIZING") == running));
    BOOST_TEST((state_of(task_kind::sync_task, "STOPPED") == stopped));
    for (char const* const other : {"", "33", "3 ", "stopped", "STOPPED", "-1", "a"}) {
        BOOST_TEST((state_of(task_kind::migration_task, other) == unknown));
        BOOST_TEST((state_of(task_kind::task_group, other) == unknown));
    }
    BOOST_TEST((state_of(task_kind::sync_task, "stopped") == unknown));
}

BOOST_AUTO_TEST_CASE(what_follows) {
    using enum task_state;
    for (task_state s : {unknown, running, stopping, stopped, ended}) {
        BOOST_TEST(is_stop(s) == (s == stopping || s == stopped));
        BOOST_TEST(is_final(s) == (s == stopped || s == ended));
    }
}

BOOST_AUTO_TEST_SUITE_END()
