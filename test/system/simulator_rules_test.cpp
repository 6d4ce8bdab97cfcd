// SPDX-License-Identifier: BSL-1.0
// A rule of the simulator that could not do what it says is refused where it is made.

#include "simulator_peer.hpp"

#include <oms/testing/simulator.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace simulator_test;
using namespace std::chrono_literals;
using oms::sync_task;
using oms::testing::fault;
using oms::testing::request_matcher;
namespace match = oms::testing::match;

namespace {

struct setup {
    simulator sim{options_with(2, 3)};
    oms::task_ref const task = sim.tasks()[0];
    oms::task_ref const stranger = sim.tasks()[3];

    // What is said where the rule is refused; empty where it is not.
    std::string refused(request_matcher const& which, std::function<void(fault&)> const& words) {
        try {
            fault rule = sim.on(which);
            words(rule);
        } catch (std::invalid_argument const& e) {
            return e.what();
        }
        return {};
    }
    std::string refused(std::function<void(fault&)> const& words) { return refused(match::any(), words); }

    unsigned status_of(oms::task_ref const& which) {
        peer client(sim);
        return client.ask(stop_request(sim, which)).status;
    }
};

bool tells(std::string const& what, std::string_view part) {
    return what.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_rules, setup)

BOOST_AUTO_TEST_CASE(the_message_says_where_what_and_what_to_do) {
    std::string what;
    unsigned const line = __LINE__ + 2;
    try {
        sim.on(match::task(task)).method("POST").times(2);
    } catch (std::invalid_argument const& e) {
        what = e.what();
    }
    BOOST_TEST(tells(what, "simulator_rules_test.cpp:" + std::to_string(line) + ": on(task("), what);
    BOOST_TEST(tells(what, task.task_id + ")).method(POST).times(2): it says nothing"), what);
    BOOST_TEST(tells(what, "add reply"), what);
}

BOOST_AUTO_TEST_CASE(words_out_of_range_are_refused) {
    struct {
        char const* word;
        std::function<void(fault&)> words;
    } const cases[] = {
        {"times(0)", [](fault& f) { f.times(0).reply(500); }},
        {"nth(0)", [](fault& f) { f.nth(0).reply(500); }},
        {"nth", [](fault& f) { f.nth(2).times(3).reply(500); }},
        {"nth", [](fault& f) { f.after(2).nth(3).reply(500); }},
        {"attempt(0)", [](fault& f) { f.attempt(0).reply(500); }},
        {"capitals", [](fault& f) { f.method("post").reply(500); }},
        {"capitals", [](fault& f) { f.method("").reply(500); }},
        {"share(1.5)", [](fault& f) { f.share(1.5).reply(500); }},
        {"share(nan)", [](fault& f) { f.share(std::numeric_limits<double>::quiet_NaN()).reply(500); }},
        {"reply(99)", [](fault& f) { f.reply(99); }},
        {"reply(1000)", [](fault& f) { f.reply(1000); }},
        {"\"a b\" is no name",
         [](fault& f) {
             f.reply(500, {}, {{"a b", "c"}});
         }},
        {"a line's end",
         [](fault& f) {
             f.reply(500, {}, {{"a", "b\r\nc: d"}});
         }},
        {"no function", [](fault& f) { f.reply(oms::testing::reply_function()); }},
        {"delay(0s)", [](fault& f) { f.delay(0ms); }},
        {"delay(-1ms)", [](fault& f) { f.delay(-1ms); }},
        {"drip(0s)", [](fault& f) { f.drip(1, 0s); }},
        {"without bytes", [](fault& f) { f.drip(0, 1ms); }},
        {"close_idle_after(0)", [](fault& f) { f.close_idle_after(std::size_t{0}); }},
        {"close_idle_after(-3us)", [](fault& f) { f.close_idle_after(-3us); }},
    };
    for (auto const& each : cases) {
        auto const what = refused(each.words);
        BOOST_TEST(tells(what, each.word), each.word << ": " << what);
    }
    BOOST_TEST(status_of(task) == 200u);  // none of them is in force
}

BOOST_AUTO_TEST_CASE(words_without_effect_beside_others_are_refused) {
    struct {
        char const* why;
        std::function<void(fault&)> words;
    } const cases[] = {
        {"says nothing", [](fault&) {}},
        {"says nothing", [](fault& f) { f.attempt(2).share(0.5).times(3).after(1); }},
        {"twice what the reply is", [](fault& f) { f.reply(500).raw("x"); }},
        {"twice what the reply is", [](fault& f) { f.throttle(1).reply(500); }},
        {"says reply twice", [](fault& f) { f.reply(500).reply([](auto const&) { return std::nullopt; }); }},
        {"says times twice", [](fault& f) { f.times(2).times(3).reply(500); }},
        {"keep one of the endings", [](fault& f) { f.close_after_bytes(9).no_reply(); }},
        {"where the head of raw bytes ends", [](fault& f) { f.raw("x").reset_after_headers(); }},
        {"then_execute(true)", [](fault& f) { f.then_execute(true); }},
        {"then_execute(true)", [](fault& f) { f.delay(1ms).then_execute(true); }},
        {"has no delay", [](fault& f) { f.held().delay(1ms); }},
        {"leave drip out", [](fault& f) { f.drip(1, 1ms).no_reply(); }},
        {"leave close_idle_after out", [](fault& f) { f.no_reply().close_idle_after(1ms); }},
        {"without_close_notify goes with", [](fault& f) { f.reply(500).without_close_notify(); }},
        {"as usual", [](fault& f) { f.pass().reply(500); }},
        {"as usual", [](fault& f) { f.pass().then_execute(true); }},
    };
    for (auto const& each : cases) {
        auto const what = refused(each.words);
        BOOST_TEST(tells(what, each.why), each.why << ": " << what);
    }
    BOOST_TEST(status_of(task) == 200u);
}

BOOST_AUTO_TEST_CASE(matchers_of_no_request_are_refused) {
    auto const no = [](fault& f) { f.reply(500); };
    BOOST_TEST(tells(refused(match::project(""), no), "id is not empty"));
    BOOST_TEST(tells(refused(match::task(sync_task("p", "")), no), "has a project's id and one of its own"));
    BOOST_TEST(tells(refused(match::path("v2/"), no), "begins with"));
    BOOST_TEST(tells(refused(match::task(sync_task("p", "t", "nowhere")), no), "no such region"));
    auto both = match::task(task);
    both.project_id = stranger.project_id;
    BOOST_TEST(tells(refused(both, no), "another project"));
    both = match::task(task);
    both.path_prefix = "/v3/";
    BOOST_TEST(tells(refused(both, no), "no request of this path"));
    BOOST_TEST(tells(refused(match::path("/v3/"), [](fault& f) { f.attempt(2).reply(500); }), "use nth"));
    BOOST_TEST(refused(match::path("/v"), [](fault& f) { f.attempt(2).reply(500); }).empty());
    // What a matcher holds is no word of the rule.
    BOOST_TEST(tells(refused(match::path("/v2/.pass("), [](fault&) {}), "says nothing"));
}

BOOST_AUTO_TEST_CASE(a_rule_behind_one_that_takes_all_is_refused) {
    auto const twice = [&](std::function<void(fault&)> const& older, request_matcher const& wide,
                           std::function<void(fault&)> const& younger, request_matcher const& narrow) {
        sim.clear_faults();
        BOOST_TEST(refused(wide, older) == "");
        return tells(refused(narrow, younger), "takes all of its requests");
    };
    auto const all = [](fault& f) { f.reply(500); };
    auto const gets = [](fault& f) { f.method("GET").reply(500); };
    BOOST_TEST(twice(all, match::any(), all, match::any()));
    BOOST_TEST(twice(all, match::any(), gets, match::task(task)));
    BOOST_TEST(twice(gets, match::any(), gets, match::any()));
    BOOST_TEST(!twice(gets, match::any(), all, match::any()));
    BOOST_TEST(twice(all, match::project(task.project_id), all, match::task(task)));
    BOOST_TEST(twice(all, match::project(task.project_id), gets, match::project(task.project_id)));
    BOOST_TEST(!twice(all, match::project(task.project_id), all, match::task(stranger)));
    BOOST_TEST(!twice(all, match::task(task), all, match::project(task.project_id)));
    BOOST_TEST(twice(all, match::path("/v2/"), all, match::path("/v2/x")));
    BOOST_TEST(!twice(all, match::path("/v2/"), all, match::any()));
    BOOST_TEST(twice(all, match::path("/v2"), all, match::task(task)));
    BOOST_TEST(!twice(all, match::path("/v2/x"), all, match::task(task)));
    BOOST_TEST(twice([](fault& f) { f.attempt(2).reply(500); }, match::any(), [](fault& f) { f.attempt(2).reply(501); },
                     match::task(task)));
    // What is bounded leaves something.
    for (auto const& some : {std::function<void(fault&)>([](fault& f) { f.times(9).reply(500); }),
                             std::function<void(fault&)>([](fault& f) { f.share(0.9).reply(500); }),
                             std::function<void(fault&)>([](fault& f) { f.after(1).reply(500); }),
                             std::function<void(fault&)>([](fault& f) { f.attempt(1).reply(500); }),
                             std::function<void(fault&)>([](fault& f) { f.throttle(9); })}) {
        BOOST_TEST(!twice(some, match::any(), all, match::any()));
    }
}

BOOST_AUTO_TEST_CASE(an_expression_that_fails_leaves_no_rule) {
    auto const body = []() -> std::string { throw std::runtime_error("no body"); };
    BOOST_CHECK_THROW(sim.on(match::any()).reply(500).raw(body()), std::runtime_error);
    BOOST_CHECK_THROW(sim.on(match::any()).attempt(1).raw(body()), std::runtime_error);
    fault rule = sim.on(match::any());
    rule.reply(503);
    // A refused word takes the whole rule back.
    BOOST_CHECK_THROW(rule.times(0), std::invalid_argument);
    { fault const moved = std::move(rule); }
    BOOST_TEST(status_of(task) == 200u);
}

BOOST_AUTO_TEST_SUITE_END()
