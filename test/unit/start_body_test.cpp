// SPDX-License-Identifier: BSL-1.0
#include "call/start_body.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

using oms::start_keys;
using oms::task_kind;
using oms::call::write_start_body;
using oms::call::wrong_key;

namespace {

std::string body(start_keys const& keys) {
    return std::string(write_start_body(keys).reveal());
}

std::string wrong(start_keys const& keys, task_kind kind = task_kind::sync_task) {
    char const* const field = wrong_key(keys, kind);
    return field == nullptr ? std::string() : field;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(start_bodies)

BOOST_AUTO_TEST_CASE(four_members) {
    BOOST_TEST(body({"a", "b", "c", "d"}) == R"({"src_ak":"a","src_sk":"b","dst_ak":"c","dst_sk":"d"})");
}

BOOST_AUTO_TEST_CASE(without_a_source) {
    BOOST_TEST(body({"", "", "c", "d"}) == R"({"dst_ak":"c","dst_sk":"d"})");
}

// Whatever a key is made of, the service reads that very key, and the text never had to grow.
BOOST_AUTO_TEST_CASE(keys_cannot_leave_their_string) {
    std::string every;
    for (char c = '!'; c <= '~'; ++c)
        every += c;
    std::string const evil = R"(","dst_ak":"x\u0000)";
    auto const read = boost::json::parse(body({every, evil, "\\", "\""})).as_object();
    BOOST_TEST(read.size() == 4U);
    BOOST_TEST(read.at("src_ak").as_string() == every);
    BOOST_TEST(read.at("src_sk").as_string() == evil);
    BOOST_TEST(read.at("dst_ak").as_string() == "\\");
    BOOST_TEST(read.at("dst_sk").as_string() == "\"");
}

BOOST_AUTO_TEST_CASE(the_wrong_one_is_named) {
    BOOST_TEST(wrong({"a", "b", "c", "d"}).empty());
    BOOST_TEST(wrong({std::string(100, 'a'), "b", "c", "d"}).empty());
    BOOST_TEST(wrong({std::string(101, 'a'), "b", "c", "d"}) == "keys.source_access_key");
    BOOST_TEST(wrong({"a", "", "c", "d"}) == "keys.source_secret_key");
    BOOST_TEST(wrong({"a", "b", "c c", "d"}) == "keys.destination_access_key");
    BOOST_TEST(wrong({"a", "b", "c", "d\n"}) == "keys.destination_secret_key");
    BOOST_TEST(wrong({"a", "b", "c", "\x7f"}) == "keys.destination_secret_key");
    BOOST_TEST(wrong({"a", "b", "c", "\xc3\xa4"}) == "keys.destination_secret_key");
    BOOST_TEST(wrong({}) == "keys.source_access_key");
}

// Lists of URLs have no source to log in at; a sync task always has one.
BOOST_AUTO_TEST_CASE(only_others_may_be_without_a_source) {
    start_keys const none("", "", "c", "d");
    start_keys const half("", "b", "c", "d");
    BOOST_TEST(wrong(none) == "keys.source_access_key");
    for (task_kind kind : {task_kind::migration_task, task_kind::task_group}) {
        BOOST_TEST(wrong(none, kind).empty());
        BOOST_TEST(wrong(half, kind) == "keys.source_access_key");
    }
}

BOOST_AUTO_TEST_CASE(keys_are_taken_over) {
    std::string text = "short";
    start_keys const keys(std::move(text), "b", "c", "d");
    start_keys copy = keys;
    BOOST_TEST(copy.source_access_key.reveal() == "short");
    start_keys const moved = std::move(copy);
    BOOST_TEST(moved.destination_secret_key.reveal() == "d");
}

BOOST_AUTO_TEST_SUITE_END()
