// SPDX-License-Identifier: BSL-1.0
#include "policy/outcome.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string_view>

using oms::outcome;
using oms::task_kind;
using oms::policy::outcome_tracker;
using namespace oms::policy;

namespace {

constexpr task_kind every_kind[] = {task_kind::sync_task, task_kind::migration_task, task_kind::task_group};

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

// Whatever code comes with them: they speak of the credential, the pace or the service.
BOOST_AUTO_TEST_CASE(statuses_that_speak_of_the_task) {
    std::set<unsigned> const others{401, 403, 408, 429};
    oms::error_code const gone(1009, oms::service_category());
    oms::error_code const wrong_id(54, oms::service_category());
    oms::error_code const no_right(206, oms::service_category());
    oms::error_code const not_running(66, oms::service_category());
    for (unsigned status = 100; status <= 599; ++status) {
        bool const speaks = status >= 400 && status < 500 && !others.contains(status);
        BOOST_TEST(speaks_of_task(status) == speaks, status);
        BOOST_TEST(settles(status, gone) == speaks, status);
        BOOST_TEST(settles(status, wrong_id) == speaks, status);
        BOOST_TEST(!settles(status, no_right));
        BOOST_TEST(!settles(status, not_running));  // that is looked into
        for (task_kind const kind : every_kind) {
            BOOST_TEST(says_not_running(kind, status, "OMS.0066", {"OMS.0066"}) == speaks);
            BOOST_TEST(!says_not_running(kind, status, "OMS.0067", {"OMS.0066"}));
            BOOST_TEST(!says_not_running(kind, status, "", {"OMS.0066"}));
            bool const other_kind = kind != task_kind::sync_task;
            BOOST_TEST(says_not_running(kind, status, "OMS.1038", {"OMS.0066"}) == (speaks && other_kind));
            BOOST_TEST(says_not_running(kind, status, "OMS.1038", {"OMS.1038"}) == speaks);

            oms::error_code const told = refusal_code(kind, status, not_running);
            BOOST_TEST((told == oms::condition::not_running) == (speaks && !other_kind));
            if (!speaks) BOOST_TEST((told == oms::error_code(static_cast<int>(status), oms::http_category())));
            if (speaks && other_kind) BOOST_TEST((told == oms::errc::not_confirmed_stopped));
            BOOST_TEST((refusal_code(kind, status, no_right) == no_right));
        }
    }
}

BOOST_AUTO_TEST_CASE(ends_that_no_stop_has_made) {
    for (char const state : std::string_view("0123456789")) {
        std::string_view const read(&state, 1);
        bool const failed = state == '4' || state == '5';
        BOOST_TEST(!ended_by_itself(task_kind::sync_task, read));
        BOOST_TEST(ended_by_itself(task_kind::migration_task, read) == failed);
        BOOST_TEST(ended_by_itself(task_kind::task_group, read) == (failed || state == '6'));
    }
    for (task_kind const kind : every_kind) {
        for (std::string_view const word : {"", "STOPPED", "44", "DREAMING"})
            BOOST_TEST(!ended_by_itself(kind, word));
    }
}

BOOST_AUTO_TEST_SUITE_END()
