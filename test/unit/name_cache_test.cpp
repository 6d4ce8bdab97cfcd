// SPDX-License-Identifier: BSL-1.0
#include "transport/name_cache.hpp"

#include "policy/durations.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using transport::address_list;
using transport::name_cache;

namespace {

address_list const here{boost::asio::ip::make_address("192.0.2.1")};
address_list const there{boost::asio::ip::make_address("2001:db8::1")};

// Keeps the questions until the test answers them.
struct patient_resolver final : host_resolver {
    void async_resolve(std::string host, handler done) override {
        asked.push_back(std::move(host));
        if (throws) throw std::runtime_error("no");
        if (at_once) return done({}, here);
        pending.push_back(std::move(done));
    }
    void answer(error_code code, address_list const& addresses) {
        auto const all = std::exchange(pending, {});
        for (auto const& each : all)
            each(code, addresses);
    }

    std::vector<std::string> asked;
    std::vector<handler> pending;
    bool throws = false;
    bool at_once = false;
};

struct looked_up {
    unsigned answers = 0;
    error_code code;
    error_code cause;
    address_list addresses;
};

struct setup {
    boost::asio::io_context context;
    std::shared_ptr<patient_resolver> const resolver = std::make_shared<patient_resolver>();
    std::shared_ptr<name_cache> cache = std::make_shared<name_cache>(context.get_executor(), resolver);
    name_cache::time_point now{1000h};

    std::shared_ptr<looked_up> ask(std::string const& host = "oms.test") {
        auto const got = std::make_shared<looked_up>();
        cache->resolve(host, now, got, [got](error_code code, error_code cause, address_list const& addresses) {
            ++got->answers;
            got->code = code;
            got->cause = cause;
            got->addresses = addresses;
        });
        return got;
    }
    std::size_t asked() const { return resolver->asked.size(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(name_caches, setup)

BOOST_AUTO_TEST_CASE(a_thousand_first_calls_are_one_look_up) {
    std::vector<std::shared_ptr<looked_up>> all;
    for (int i = 0; i < 1000; ++i)
        all.push_back(ask());
    auto const other = ask("other.test");
    BOOST_TEST(resolver->asked == (std::vector<std::string>{"oms.test", "other.test"}),
               boost::test_tools::per_element());
    resolver->answer({}, here);
    for (auto const& each : all) {
        BOOST_REQUIRE(each->answers == 1U);
        BOOST_REQUIRE(!each->code);
        BOOST_REQUIRE((each->addresses == here));
    }
    BOOST_TEST(other->answers == 1U);
}

BOOST_AUTO_TEST_CASE(answers_are_kept_for_a_while) {
    ask();
    resolver->answer({}, here);
    now += oms::durations::addresses_fresh_for - 1ns;
    auto const kept = ask();
    BOOST_TEST(kept->answers == 1U);
    BOOST_TEST(asked() == 1U);
    now += 1ns;
    auto const asked_again = ask();
    BOOST_TEST(asked_again->answers == 0U);
    BOOST_TEST(asked() == 2U);
    resolver->answer({}, there);
    BOOST_TEST((asked_again->addresses == there));
}

BOOST_AUTO_TEST_CASE(old_answers_serve_where_asking_fails) {
    ask();
    resolver->answer({}, here);
    now += oms::durations::addresses_stale_for - 1ns;
    auto const old = ask();
    resolver->answer(boost::asio::error::host_not_found_try_again, {});
    BOOST_TEST(old->answers == 1U);
    BOOST_TEST(!old->code);
    BOOST_TEST((old->addresses == here));
    now += 1ns;
    auto const too_old = ask();
    resolver->answer(boost::asio::error::host_not_found_try_again, {});
    BOOST_TEST((too_old->code == errc::resolve_failed));
    BOOST_TEST((too_old->cause == boost::asio::error::host_not_found_try_again));
}

// A name server that is away: the system fails only after many seconds.
BOOST_AUTO_TEST_CASE(old_answers_serve_where_asking_does_not_end) {
    ask();
    resolver->answer({}, here);
    now += oms::durations::addresses_fresh_for;
    auto const first = ask();
    now += oms::durations::look_up_slow_after - 1ns;
    auto const second = ask();
    BOOST_TEST(second->answers == 0U);
    now += 1ns;
    auto const third = ask();
    BOOST_TEST(third->answers == 1U);
    BOOST_TEST((third->addresses == here));
    BOOST_TEST(asked() == 2U);
    cache->distrust("oms.test");  // there is nothing better
    BOOST_TEST(ask()->answers == 1U);
    now += oms::durations::addresses_stale_for;
    BOOST_TEST(ask()->answers == 0U);
    BOOST_TEST(asked() == 3U);  // that question is forgotten by now
    resolver->answer({}, there);
    BOOST_TEST((first->addresses == there));
    BOOST_TEST((second->addresses == there));
    BOOST_TEST(asked() == 3U);

    auto const new_name = ask("other.test");  // nothing old to take
    now += oms::durations::look_up_slow_after;
    BOOST_TEST(ask("other.test")->answers == 0U);
    BOOST_TEST(new_name->answers == 0U);
}

BOOST_AUTO_TEST_CASE(a_name_that_does_not_exist_any_more_is_forgotten) {
    ask();
    resolver->answer({}, here);
    now += oms::durations::addresses_fresh_for;
    for (error_code const code : {error_code(boost::asio::error::host_not_found), error_code(errc::host_not_found)}) {
        auto const got = ask();
        resolver->answer(code, {});
        BOOST_TEST((got->code == errc::host_not_found));
    }
    auto const none = ask();
    resolver->answer({}, {});  // no address is no host
    BOOST_TEST((none->code == errc::host_not_found));
}

BOOST_AUTO_TEST_CASE(distrust_asks_again_and_keeps_what_it_had) {
    ask();
    resolver->answer({}, here);
    cache->distrust("oms.test");
    cache->distrust("never asked.test");
    auto const got = ask();
    BOOST_TEST(asked() == 2U);
    resolver->answer(boost::asio::error::host_not_found_try_again, {});
    BOOST_TEST(!got->code);
    BOOST_TEST((got->addresses == here));
}

BOOST_AUTO_TEST_CASE(resolvers_that_misbehave) {
    resolver->throws = true;
    auto const thrown = ask();
    BOOST_TEST(thrown->answers == 1U);
    BOOST_TEST((thrown->code == errc::resolve_failed));
    resolver->throws = false;

    auto const dropped = ask();
    resolver->pending.clear();
    BOOST_TEST(dropped->answers == 1U);
    BOOST_TEST((dropped->code == errc::resolve_failed));

    auto const twice = ask();
    auto const kept = resolver->pending;
    resolver->answer({}, here);
    for (auto const& each : kept)
        each({}, there);
    BOOST_TEST(twice->answers == 1U);
    BOOST_TEST((ask()->addresses == here));
}

// One that was answered long ago, and is said again or let go while the next is open.
BOOST_AUTO_TEST_CASE(the_handler_of_one_question_answers_no_other) {
    for (bool const dropped : {false, true}) {
        ask();
        auto kept = resolver->pending;
        resolver->answer({}, here);
        now += oms::durations::addresses_stale_for;
        auto const next = ask();
        if (!dropped) kept.front()(boost::asio::error::host_not_found, {});
        kept.clear();
        BOOST_TEST(next->answers == 0U);
        resolver->answer({}, there);
        BOOST_TEST(next->answers == 1U);
        BOOST_TEST((next->addresses == there));
        now += oms::durations::addresses_stale_for;
    }
}

// Whoever comes while an answer is told begins the next question, or hears this one.
BOOST_AUTO_TEST_CASE(one_who_asks_inside_an_answer_is_told) {
    std::shared_ptr<looked_up> inner;
    cache->resolve("oms.test", now, cache, [&](error_code, error_code, address_list const&) { inner = ask(); });
    resolver->answer(boost::asio::error::host_not_found, {});
    BOOST_REQUIRE(inner);
    BOOST_TEST(inner->answers == 0U);
    resolver->answer({}, here);
    BOOST_TEST(inner->answers == 1U);
    BOOST_TEST(!inner->code);
}

// On the thread that tells: a resolver that knows, and one told who takes the cache's owner with it.
BOOST_AUTO_TEST_CASE(one_who_is_told_may_ask_another_name_and_may_close) {
    std::shared_ptr<looked_up> inner;
    cache->resolve("oms.test", now, cache, [&](error_code, error_code, address_list const&) {
        resolver->at_once = true;
        inner = ask("other.test");
        cache->close();
    });
    auto const behind = ask();
    resolver->answer({}, here);
    BOOST_REQUIRE(inner);
    BOOST_TEST(inner->answers == 1U);
    BOOST_TEST((inner->addresses == here));
    BOOST_TEST(behind->answers == 0U);
    BOOST_TEST(behind.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(those_who_gave_up_do_not_gather) {
    auto const held = std::make_shared<int>();
    for (int i = 0; i < 1000; ++i) {
        auto const who = std::make_shared<int>();
        cache->resolve("oms.test", now, who, [held](error_code, error_code, address_list const&) {});
    }
    BOOST_TEST(held.use_count() < 10);
    auto const waits = ask();
    resolver->pending.front()({}, here);
    BOOST_TEST(waits->answers == 1U);
    BOOST_TEST(held.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_late_answer_finds_nobody) {
    for (bool const gone : {false, true}) {
        auto const got = ask();
        cache->close();
        BOOST_TEST(got.use_count() == 1);  // those who waited are let go
        if (gone) cache.reset();
        resolver->answer({}, here);
        BOOST_TEST(got->answers == 0U);
        cache = std::make_shared<name_cache>(context.get_executor(), resolver);
    }
}

BOOST_AUTO_TEST_CASE(localhost_is_never_asked_for) {
    for (auto const* host : {"localhost", "a.localhost"}) {
        auto const got = ask(host);
        BOOST_TEST(got->answers == 1U);
        BOOST_REQUIRE(got->addresses.size() == 2U);
        BOOST_TEST(got->addresses.front().is_loopback());
    }
    BOOST_TEST(asked() == 0U);
}

BOOST_AUTO_TEST_CASE(a_resolver_that_forgot_the_question_is_asked_again) {
    std::vector<std::shared_ptr<looked_up>> all{ask()};
    now += oms::durations::look_up_forgotten_after - 1ms;
    all.push_back(ask());
    BOOST_TEST(asked() == 1U);
    now += 1ms;
    all.push_back(ask());
    BOOST_TEST(asked() == 2U);
    resolver->pending.back()({}, here);
    for (auto const& each : all) {
        BOOST_TEST(each->answers == 1U);
        BOOST_TEST(!each->code);
    }
    // The first comes back after all: it tells nobody anything.
    resolver->pending.front()(boost::asio::error::host_not_found, {});
    BOOST_TEST(ask()->addresses == here, boost::test_tools::per_element());
    BOOST_TEST(asked() == 2U);
}

BOOST_AUTO_TEST_CASE(it_is_asked_again_also_while_an_old_answer_serves) {
    ask();
    resolver->answer({}, here);
    now += oms::durations::addresses_fresh_for;
    ask();
    now += oms::durations::look_up_forgotten_after;
    BOOST_TEST(ask()->addresses == here, boost::test_tools::per_element());
    BOOST_TEST(asked() == 3U);
    BOOST_TEST(ask()->addresses == here, boost::test_tools::per_element());
    BOOST_TEST(asked() == 3U);
    resolver->pending.back()({}, there);
    BOOST_TEST(ask()->addresses == there, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_is_asked_once_a_minute_at_most_in_the_end) {
    for (int second = 0; second < 3600; ++second) {
        ask();
        now += 1s;
    }
    BOOST_TEST(asked() >= 60U);
    BOOST_TEST(asked() <= 64U);
    resolver->pending.back()({}, here);
    now += oms::durations::addresses_fresh_for + 1s;
    ask();
    now += oms::durations::look_up_forgotten_after;
    auto const before = asked();
    cache->distrust("oms.test");
    ask();
    BOOST_TEST(asked() <= before + 1U);
}

BOOST_AUTO_TEST_CASE(a_question_that_is_dropped_late_fails_nobody_who_was_asked_for_again) {
    auto const first = ask();
    now += oms::durations::look_up_forgotten_after;
    auto const second = ask();
    resolver->pending.front()(boost::asio::error::host_not_found, {});
    BOOST_TEST(first->answers + second->answers == 0U);
    resolver->pending.back()({}, there);
    BOOST_TEST(first->answers == 1U);
    BOOST_TEST(!second->code);
}

BOOST_AUTO_TEST_SUITE_END()
