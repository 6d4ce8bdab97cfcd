// SPDX-License-Identifier: BSL-1.0
#include "call/reply_meaning.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace oms::call;
using oms::error_code;
using oms::task_kind;

namespace {

constexpr task_kind every_kind[] = {task_kind::sync_task, task_kind::migration_task, task_kind::task_group};
std::vector<std::string> const configured{"OMS.0066"};

error_code of_service(int value) {
    return {value, oms::service_category()};
}

meaning stop_means(task_kind kind, unsigned status, int code, std::string_view word) {
    return meaning_of(stop_operation(kind), status, of_service(code), word, configured).what;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reply_meaning)

// Whatever code comes with the others: they speak of the credential, the pace or the service.
BOOST_AUTO_TEST_CASE(statuses_that_speak_of_the_task) {
    std::set<unsigned> const others{401, 403, 408, 429};
    for (unsigned status = 100; status <= 599; ++status) {
        bool const speaks = status >= 400 && status < 500 && !others.contains(status);
        BOOST_TEST(speaks_of_task(status) == speaks, status);
        for (task_kind const kind : every_kind) {
            bool const other_kind = kind != task_kind::sync_task;
            meaning const gone = speaks ? meaning::about_task : meaning::failed;
            BOOST_TEST((stop_means(kind, status, 1009, "OMS.1009") == gone));
            BOOST_TEST((stop_means(kind, status, 54, "OMS.0054") == gone));
            BOOST_TEST((stop_means(kind, status, 206, "OMS.0206") == meaning::failed));
            meaning const already = speaks ? meaning::already : meaning::failed;
            BOOST_TEST((stop_means(kind, status, 66, "OMS.0066") == already));
            BOOST_TEST((stop_means(kind, status, 66, "") == meaning::failed));
            BOOST_TEST((stop_means(kind, status, 1038, "OMS.1038") == (other_kind ? already : meaning::failed)));
            BOOST_TEST((stop_means(kind, status, 65, "OMS.0065") == meaning::failed));
            auto const start = meaning_of(start_operation(kind), status, of_service(65), "OMS.0065", configured);
            BOOST_TEST((start.what == already));
            BOOST_TEST(start.code == of_service(65));
        }
    }
}

BOOST_AUTO_TEST_CASE(codes_that_only_the_caller_names) {
    std::vector<std::string> const own{"OMS.1038", "X.1"};
    for (task_kind const kind : every_kind) {
        for (std::string const& word : own) {
            auto const says = meaning_of(stop_operation(kind), 400, of_service(1038), word, own);
            BOOST_TEST((says.what == meaning::already));
            BOOST_TEST(says.code == error_code(oms::errc::not_running));
        }
        BOOST_TEST((meaning_of(stop_operation(kind), 400, of_service(66), "OMS.0066", own).what == meaning::failed));
        // A start has words of its own.
        auto const start = meaning_of(start_operation(kind), 400, of_service(1038), "OMS.1038", own);
        BOOST_TEST((start.what == meaning::failed));
        BOOST_TEST(start.code == of_service(1038));
    }
}

// The code that a call ends with looks like "not running" only where that is what the reply says.
BOOST_AUTO_TEST_CASE(a_code_that_is_not_taken_at_its_word) {
    std::vector<std::string> const none;
    for (task_kind const kind : every_kind) {
        bool const sync = kind == task_kind::sync_task;
        auto const code = [&](unsigned status) {
            return meaning_of(stop_operation(kind), status, of_service(66), "OMS.0066", none).code;
        };
        BOOST_TEST(code(400) == (sync ? of_service(66) : error_code(oms::errc::not_confirmed_stopped)));
        for (unsigned status : {401U, 403U, 429U, 500U, 302U})
            BOOST_TEST(code(status) == error_code(static_cast<int>(status), oms::http_category()));
        BOOST_TEST(meaning_of(stop_operation(kind), 403, of_service(206), "OMS.0206", none).code == of_service(206));
    }
}

BOOST_AUTO_TEST_CASE(a_success_is_one_and_a_reading_has_no_outcome) {
    for (task_kind const kind : every_kind) {
        for (operation const* what : {&stop_operation(kind), &start_operation(kind), &show_operation(kind)})
            BOOST_TEST((meaning_of(*what, 200, {}, "OMS.0066", configured).what == meaning::done));
        auto const says = meaning_of(show_operation(kind), 400, of_service(66), "OMS.0066", configured);
        BOOST_TEST((says.what == meaning::failed));
        BOOST_TEST(says.code == of_service(66));
    }
}

BOOST_AUTO_TEST_CASE(what_a_show_confirms) {
    using enum meaning;
    constexpr meaning of_task[] = {shown_other, shown_other, shown_other, shown_so,   shown_ended,
                                   shown_ended, shown_other, shown_so,    shown_other};
    constexpr meaning of_group[] = {shown_other, shown_other, shown_other, shown_so,   shown_ended,
                                    shown_ended, shown_ended, shown_so,    shown_other};
    for (std::size_t i = 0; i < std::size(of_task); ++i) {
        std::string const status = std::to_string(i);
        auto const kind = task_kind::migration_task;
        BOOST_TEST((meaning_of_show(stop_operation(kind), kind, status) == of_task[i]), "task " << i);
        auto const group = task_kind::task_group;
        BOOST_TEST((meaning_of_show(stop_operation(group), group, status) == of_group[i]), "group " << i);
    }
    for (task_kind const kind : every_kind) {
        for (std::string_view const other : {"", "44", "DREAMING"})
            BOOST_TEST((meaning_of_show(stop_operation(kind), kind, other) == shown_other));
    }
    BOOST_TEST((meaning_of_show(stop_operation(every_kind[0]), every_kind[0], "STOPPED") == shown_so));
    BOOST_TEST((meaning_of_show(start_operation(every_kind[1]), every_kind[1], "2") == shown_so));
}

BOOST_AUTO_TEST_SUITE_END()
