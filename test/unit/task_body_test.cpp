// SPDX-License-Identifier: BSL-1.0
#include "wire/task_body.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using namespace oms;

BOOST_AUTO_TEST_SUITE(task_body)

BOOST_AUTO_TEST_CASE(a_sync_task_with_all_that_it_knows) {
    task_info info;
    info.task = sync_task("p", "t");
    std::string const body =
        R"({"sync_task_id":"t","src_cloud_type":"AWS","src_region":"eu-1","src_bucket":"from","dst_bucket":"to",
            "dst_region":"cn-north-4","description":"nightly","status":"SYNCHRONIZING","create_time":1700000000123,
            "last_start_time":1700000001000,"monthly_size":1,"something_new":{"deep":[1]}})";
    BOOST_TEST(!wire::parse_task(body, info));
    BOOST_TEST(info.status == "SYNCHRONIZING");
    BOOST_TEST(info.running());
    BOOST_TEST(!info.stopped());
    BOOST_TEST(info.source_cloud == "AWS");
    BOOST_TEST(info.source_region == "eu-1");
    BOOST_TEST(info.source_bucket == "from");
    BOOST_TEST(info.destination_region == "cn-north-4");
    BOOST_TEST(info.destination_bucket == "to");
    BOOST_TEST(info.description == "nightly");
    BOOST_REQUIRE(info.created_at.has_value());
    BOOST_TEST((info.created_at->time_since_epoch() == std::chrono::milliseconds(1'700'000'000'123)));
    BOOST_REQUIRE(info.started_at.has_value());
    BOOST_TEST(info.json == body);
}

BOOST_AUTO_TEST_CASE(states_of_the_other_kinds_are_numbers) {
    struct row {
        task_kind kind;
        char const* status;
        bool running, stopped;
    };
    for (row const& each : {
             row{task_kind::migration_task, "1", true, false},
             row{task_kind::migration_task, "2", true, false},
             row{task_kind::migration_task, "3", false, true},
             row{task_kind::migration_task, "4", false, false},
             row{task_kind::migration_task, "5", false, false},
             row{task_kind::migration_task, "6", true, false},
             row{task_kind::migration_task, "7", false, true},
             row{task_kind::task_group, "0", true, false},
             row{task_kind::task_group, "2", true, false},
             row{task_kind::task_group, "3", false, true},
             row{task_kind::task_group, "6", false, false},
             row{task_kind::task_group, "7", false, true},
             row{task_kind::task_group, "99", false, false},
         }) {
        task_info info;
        info.task = task_ref("p", "t", each.kind);
        BOOST_TEST_CONTEXT(to_string(each.kind) << ' ' << each.status) {
            BOOST_TEST(!wire::parse_task(std::string(R"({"status":)") + each.status +
                                             R"(,"src_node":{"bucket":"b","region":"r","cloud_type":"c"},"name":"n"})",
                                         info));
            BOOST_TEST(info.status == each.status);
            BOOST_TEST(info.running() == each.running);
            BOOST_TEST(info.stopped() == each.stopped);
            BOOST_TEST(info.source_bucket == "b");
            BOOST_TEST(info.name == "n");
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_task) {
    for (char const* body : {"", "null", "7", "\"STOPPED\"", "[]", "{}", R"({"status":null})", R"({"status":[]})",
                             R"({"status":"STOPPED")", "<html>", "{\"status\":\"A\"} trailing"}) {
        task_info info;
        BOOST_TEST_CONTEXT(body) BOOST_TEST((wire::parse_task(body, info) == errc::unexpected_body));
    }
}

BOOST_AUTO_TEST_CASE(pages) {
    task_page page;
    list_query const sync("p", task_kind::sync_task, "r");
    BOOST_TEST(!wire::parse_page(R"({"tasks":[{"sync_task_id":"a","status":"STOPPED"},{"no":"id"},7,
                                               {"sync_task_id":"b","status":"NEW_STATE"}],"count":12})",
                                 sync, page));
    BOOST_TEST(page.total == 12U);
    BOOST_REQUIRE(page.tasks.size() == 2U);
    BOOST_TEST((page.tasks[0].task == sync_task("p", "a", "r")));
    BOOST_TEST(page.tasks[1].status == "NEW_STATE");
    BOOST_TEST(page.tasks[1].json.find("NEW_STATE") != std::string::npos);

    task_page groups;
    BOOST_TEST(!wire::parse_page(R"({"taskgroups":[{"group_id":"g","status":2}]})",
                                 list_query("p", task_kind::task_group), groups));
    BOOST_TEST(groups.total == 1U);
    BOOST_TEST((groups.tasks.at(0).task == task_group("p", "g")));

    task_page tasks;
    BOOST_TEST(!wire::parse_page(R"({"tasks":[{"id":123456789012345,"status":2}],"count":1})",
                                 list_query("p", task_kind::migration_task), tasks));
    BOOST_TEST(tasks.tasks.at(0).task.task_id == "123456789012345");

    for (char const* body : {"", "{}", R"({"tasks":7})", "[]", R"({"taskgroups":[]})"}) {
        task_page none;
        BOOST_TEST_CONTEXT(body) BOOST_TEST((wire::parse_page(body, sync, none) == errc::unexpected_body));
    }
}

BOOST_AUTO_TEST_CASE(any_bytes_are_survived) {
    std::mt19937 random(7);
    std::string const good =
        R"({"tasks":[{"sync_task_id":"a","status":"STOPPED","create_time":1700000000123}],"count":1})";
    for (int i = 0; i < 20'000; ++i) {
        std::string body = good;
        for (unsigned n = random() % 4 + 1; n > 0; --n)
            body[random() % body.size()] = static_cast<char>(random());
        task_page page;
        task_info info;
        static_cast<void>(wire::parse_page(body, list_query("p"), page));
        static_cast<void>(wire::parse_task(body, info));
        BOOST_TEST(page.tasks.size() <= 1U);
    }
}

BOOST_AUTO_TEST_CASE(numbers_that_are_none_say_nothing) {
    list_query const query("p");
    for (char const* const count : {"-1", "0", "1.5", "null", "\"7\""}) {
        task_page page;
        std::string const body =
            std::string(R"({"tasks":[{"sync_task_id":"a","status":"STOPPED"}],"count":)") + count + "}";
        BOOST_TEST(!wire::parse_page(body, query, page));
        BOOST_TEST(page.total == 1U);
    }
    for (char const* const time : {"0", "-1", "9223372036854775807"}) {
        task_info info;
        std::string const body = std::string(R"({"status":"STOPPED","create_time":)") + time + "}";
        BOOST_TEST(!wire::parse_task(body, info));
        BOOST_TEST(!info.created_at.has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()
