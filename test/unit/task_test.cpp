// SPDX-License-Identifier: BSL-1.0
#include <oms/task.hpp>

#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <iomanip>
#include <sstream>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>

namespace {

template <class T>
std::string written(T const& value) {
    std::ostringstream os;
    os << value;
    return os.str();
}

oms::stop_result full_result() {
    oms::stop_result r;
    r.outcome = oms::outcome::refused;
    r.phase = oms::phase::done;
    r.confirmed = true;
    r.http_status = 403;
    r.attempts = 3;
    r.request_id = "request";
    r.service_code = "OMS.0206";
    r.service_message = "no permission";
    r.final_status = "STOPPED";
    r.cause = boost::system::errc::make_error_code(boost::system::errc::connection_reset);
    r.elapsed = std::chrono::seconds(7);
    r.spent.backoff = std::chrono::seconds(2);
    r.mutable_details().body = "body";
    r.mutable_details().sub_errors.emplace_back("code", "message");
    r.mutable_details().retry_after = std::chrono::seconds(5);
    return r;
}

void check_full(oms::stop_result const& r) {
    BOOST_TEST(r.outcome == oms::outcome::refused);
    BOOST_TEST(r.phase == oms::phase::done);
    BOOST_TEST(r.confirmed);
    BOOST_TEST(r.http_status == 403u);
    BOOST_TEST(r.attempts == 3u);
    BOOST_TEST(r.request_id == "request");
    BOOST_TEST(r.service_code == "OMS.0206");
    BOOST_TEST(r.service_message == "no permission");
    BOOST_TEST(r.final_status == "STOPPED");
    BOOST_TEST((r.cause == boost::system::errc::connection_reset));
    BOOST_TEST((r.elapsed == std::chrono::seconds(7)));
    BOOST_TEST((r.spent.backoff == std::chrono::seconds(2)));
    BOOST_TEST(r.details().body == "body");
    BOOST_TEST_REQUIRE(r.details().sub_errors.size() == 1u);
    BOOST_TEST(r.details().sub_errors[0].service_code == "code");
    BOOST_TEST(r.details().sub_errors[0].service_message == "message");
    BOOST_TEST((r.details().retry_after == std::chrono::seconds(5)));
}

static_assert(!std::is_aggregate_v<oms::task_ref>);
static_assert(!std::is_aggregate_v<oms::stop_result>);
static_assert(!std::is_aggregate_v<oms::error_details>);
static_assert(!std::is_aggregate_v<oms::sub_error>);
static_assert(!std::is_aggregate_v<oms::time_spent>);
static_assert(std::is_nothrow_move_constructible_v<oms::stop_result>);
static_assert(std::is_nothrow_move_assignable_v<oms::stop_result>);
static_assert(std::is_nothrow_move_constructible_v<oms::task_ref>);

}  // namespace

BOOST_AUTO_TEST_SUITE(task_values)

BOOST_AUTO_TEST_CASE(factories_set_the_kind) {
    oms::task_ref const sync = oms::sync_task("p", "t");
    BOOST_TEST(sync.project_id == "p");
    BOOST_TEST(sync.task_id == "t");
    BOOST_TEST(sync.region.empty());
    BOOST_TEST((sync.kind == oms::task_kind::sync_task));

    oms::task_ref const migration = oms::migration_task("p", "t", "r");
    BOOST_TEST((migration.kind == oms::task_kind::migration_task));
    BOOST_TEST(migration.region == "r");

    oms::task_ref const group = oms::task_group("p", "t", "r");
    BOOST_TEST((group.kind == oms::task_kind::task_group));
    BOOST_TEST(group.region == "r");

    BOOST_TEST((oms::task_ref() == oms::sync_task("", "")));
}

BOOST_AUTO_TEST_CASE(equality_and_hash_see_every_member) {
    oms::task_ref const base = oms::sync_task("p", "t", "r");
    oms::task_ref const others[] = {oms::sync_task("q", "t", "r"),  oms::sync_task("p", "u", "r"),
                                    oms::sync_task("p", "t", "s"),  oms::migration_task("p", "t", "r"),
                                    oms::task_group("p", "t", "r"), oms::sync_task("t", "p", "r")};
    std::unordered_set<oms::task_ref> seen{base, oms::sync_task("p", "t", "r")};
    BOOST_TEST(seen.size() == 1u);
    for (oms::task_ref const& other : others) {
        BOOST_TEST_CONTEXT(other) {
            BOOST_TEST((base != other));
            BOOST_TEST((std::hash<oms::task_ref>{}(base) != std::hash<oms::task_ref>{}(other)));
            BOOST_TEST(seen.insert(other).second);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_reference_is_written_for_people) {
    BOOST_TEST(written(oms::sync_task("p", "t")) == "p/t");
    BOOST_TEST(written(oms::sync_task("p", "t", "cn-north-4")) == "cn-north-4/p/t");
    BOOST_TEST(written(oms::migration_task("p", "12")) == "p/12 (migration task)");
    BOOST_TEST(written(oms::task_group("p", "g", "r")) == "r/p/g (task group)");
    BOOST_TEST(written(oms::sync_task("p\n", std::string("\x1b[31m\0", 6))) == "p\\n/\\x1b[31m\\x00");
    BOOST_TEST(written(oms::sync_task("\xc3\xa9", "\xff\xc2\x9b")) == "\xc3\xa9/\\xff\\xc2\\x9b");
}

BOOST_AUTO_TEST_CASE(a_reference_is_padded_as_one_word) {
    std::ostringstream os;
    os << std::left << std::setw(6) << oms::sync_task("p", "t") << '|';
    BOOST_TEST(os.str() == "p/t   |");
}

BOOST_AUTO_TEST_CASE(enumerators_have_names) {
    using oms::outcome;
    using oms::phase;
    using oms::task_kind;
    BOOST_TEST(to_string(task_kind::sync_task) == "sync task");
    BOOST_TEST(to_string(task_kind::migration_task) == "migration task");
    BOOST_TEST(to_string(task_kind::task_group) == "task group");

    std::pair<outcome, char const*> const outcomes[] = {{outcome::not_sent, "not_sent"},
                                                        {outcome::refused, "refused"},
                                                        {outcome::unknown, "unknown"},
                                                        {outcome::stopped, "stopped"},
                                                        {outcome::already_stopped, "already_stopped"},
                                                        {outcome::started, "started"},
                                                        {outcome::already_started, "already_started"}};
    for (auto const& [value, name] : outcomes) {
        BOOST_TEST(to_string(value) == name);
        BOOST_TEST(written(value) == name);
    }

    std::pair<phase, char const*> const phases[] = {{phase::queued, "queued"},   {phase::credentials, "credentials"},
                                                    {phase::resolve, "resolve"}, {phase::connect, "connect"},
                                                    {phase::proxy, "proxy"},     {phase::handshake, "handshake"},
                                                    {phase::write, "write"},     {phase::first_byte, "first_byte"},
                                                    {phase::body, "body"},       {phase::backoff, "backoff"},
                                                    {phase::done, "done"}};
    for (auto const& [value, name] : phases) {
        BOOST_TEST(to_string(value) == name);
        BOOST_TEST(written(value) == name);
    }

    BOOST_TEST(to_string(static_cast<task_kind>(200)) == "invalid");
    BOOST_TEST(to_string(static_cast<outcome>(200)) == "invalid");
    BOOST_TEST(to_string(static_cast<phase>(200)) == "invalid");
}

BOOST_AUTO_TEST_CASE(a_new_result_says_that_nothing_happened) {
    oms::stop_result const r;
    BOOST_TEST(r.outcome == oms::outcome::not_sent);
    BOOST_TEST(r.phase == oms::phase::queued);
    BOOST_TEST(r.http_status == 0u);
    BOOST_TEST(r.attempts == 0u);
    BOOST_TEST(!r.confirmed);
    BOOST_TEST(!r.cause.failed());
    BOOST_TEST(r.details().body.empty());
    BOOST_TEST(r.details().sub_errors.empty());
    BOOST_TEST(!r.details().retry_after.has_value());
}

BOOST_AUTO_TEST_CASE(details_are_made_once) {
    oms::stop_result r;
    oms::error_details& details = r.mutable_details();
    BOOST_TEST(&details == &r.mutable_details());
    BOOST_TEST(&details == &r.details());
}

BOOST_AUTO_TEST_CASE(a_copy_is_deep) {
    oms::stop_result original = full_result();
    oms::stop_result copy(original);
    check_full(copy);
    BOOST_TEST(&copy.details() != &original.details());

    original.mutable_details().body = "changed";
    original.request_id = "changed";
    check_full(copy);

    oms::stop_result assigned;
    assigned.mutable_details().body = "old";
    assigned = copy;
    check_full(assigned);
    BOOST_TEST(&assigned.details() != &copy.details());

    oms::stop_result const& self = assigned;
    assigned = self;
    check_full(assigned);

    assigned = oms::stop_result();
    BOOST_TEST(assigned.details().body.empty());
    BOOST_TEST(assigned.outcome == oms::outcome::not_sent);
}

BOOST_AUTO_TEST_CASE(a_copy_of_a_result_without_details_has_none) {
    oms::stop_result const plain;
    oms::stop_result copy = full_result();
    copy = plain;
    BOOST_TEST(copy.details().body.empty());
    BOOST_TEST(&copy.details() == &plain.details());
}

BOOST_AUTO_TEST_CASE(a_moved_result_keeps_its_details) {
    oms::stop_result original = full_result();
    oms::error_details const* const details = &original.details();
    oms::stop_result moved(std::move(original));
    check_full(moved);
    BOOST_TEST(&moved.details() == details);

    oms::stop_result assigned;
    assigned = std::move(moved);
    check_full(assigned);
    BOOST_TEST(&assigned.details() == details);
}

BOOST_AUTO_TEST_CASE(references_have_an_order_and_two_hashes_that_agree) {
    oms::task_ref const ordered[] = {
        oms::sync_task("a", "z"),         oms::migration_task("a", "a"), oms::task_group("a", "a"),
        oms::sync_task("b", "a"),         oms::sync_task("b", "b"),      oms::sync_task("a", "a", "cn-east-3"),
        oms::sync_task("a", "a", "cn-z"),
    };
    for (auto const& a : ordered) {
        for (auto const& b : ordered) {
            BOOST_TEST((a < b) == (&a < &b), a << " < " << b);
            BOOST_TEST(((a <=> b) == 0) == (a == b));
        }
        BOOST_TEST(hash_value(a) == std::hash<oms::task_ref>()(a));
    }
}

BOOST_AUTO_TEST_CASE(a_reference_that_was_written_is_read_back) {
    std::string bytes;  // of an id: all that one may hold
    for (unsigned c = 0x20; c < 256; ++c) {
        char const byte = static_cast<char>(c);
        if (byte != '/' && byte != '\\' && c != 0x7f) bytes += byte;
    }
    for (auto const kind : {oms::task_kind::sync_task, oms::task_kind::migration_task, oms::task_kind::task_group}) {
        for (std::string const& region : {std::string(), std::string("cn-north-4")}) {
            for (std::string const& id : {std::string("t"), std::string("a b (c)"), bytes, std::string(255, 'x')}) {
                oms::task_ref const task(id.substr(0, 100), id, kind, region);
                auto const read = oms::task_ref::parse(written(task));
                BOOST_REQUIRE_MESSAGE(read.has_value(), written(task));
                BOOST_TEST((*read == task), written(task));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_reference_is_none) {
    for (char const* text : {"",
                             "/",
                             "a",
                             "a/",
                             "/b",
                             "a//b",
                             "//",
                             "a/b/c/d",
                             "/a/b",
                             "a/..",
                             "./b",
                             "a/b\\n",
                             "a/b\\x0",
                             "a/b\\xg0",
                             "a/b\\",
                             "a/\\x2f",
                             "a/\\x5c",
                             "a/\\x00",
                             "a/ (migration task)x/",
                             "\n/b",
                             " (task group)"}) {
        BOOST_TEST(!oms::task_ref::parse(text).has_value(), text);
    }
    BOOST_TEST(!oms::task_ref::parse("p/" + std::string(256, 'x')).has_value());
    BOOST_TEST(oms::task_ref::parse("p/" + std::string(256, 'x') + " (migration task)").has_value());
    BOOST_TEST(!oms::task_ref::parse(std::string(1025, 'x') + "/t").has_value());
}

// What lies behind the text is none of it.
BOOST_AUTO_TEST_CASE(an_escape_that_is_cut_is_none) {
    std::string_view const whole = "p/t\\x41";
    BOOST_TEST(oms::task_ref::parse(whole)->task_id == "tA");
    for (std::size_t cut = 1; cut < 4; ++cut)
        BOOST_TEST(!oms::task_ref::parse(whole.substr(0, whole.size() - cut)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
