// SPDX-License-Identifier: BSL-1.0
#include "transport/strand.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace asio = boost::asio;
using oms::transport::strand;

namespace {

// An executor that takes nothing for a while, as where there is no memory.
struct scarce_executor {
    asio::io_context* context;
    bool const* fails;

    asio::execution_context& query(asio::execution::context_t) const noexcept { return *context; }
    static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept {
        return asio::execution::blocking.never;
    }
    scarce_executor require(asio::execution::blocking_t::never_t) const noexcept { return *this; }
    template <class Function>
    void execute(Function&& f) const {
        if (*fails) throw std::bad_alloc();
        asio::post(*context, std::forward<Function>(f));
    }
    friend bool operator==(scarce_executor const& a, scarce_executor const& b) noexcept {
        return a.context == b.context;
    }
    friend bool operator!=(scarce_executor const& a, scarce_executor const& b) noexcept { return !(a == b); }
};

struct place {
    asio::io_context context;
    bool fails = false;
    strand line{asio::any_io_executor(scarce_executor{&context, &fails})};
    std::string said;

    auto say(char what) {
        return [this, what] { said += what; };
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(strands, place)

BOOST_AUTO_TEST_CASE(they_run_in_order_and_not_inside_post) {
    asio::post(line, say('a'));
    asio::post(line, say('b'));
    BOOST_TEST(said == "");
    context.run();
    BOOST_TEST(said == "ab");
}

BOOST_AUTO_TEST_CASE(what_is_dispatched_runs_at_once_behind_what_waits) {
    asio::post(line, say('a'));
    fails = true;  // no turn is needed
    asio::dispatch(line, [this] {
        said += 'b';
        asio::dispatch(line, say('c'));
        asio::post(line, say('e'));
        said += 'd';
    });
    BOOST_TEST(said == "abcde");
}

BOOST_AUTO_TEST_CASE(what_found_no_turn_was_not_submitted) {
    auto const held = std::make_shared<int>();
    fails = true;
    BOOST_CHECK_THROW(asio::post(line, [this, held] { said += 'x'; }), std::bad_alloc);
    BOOST_TEST(held.use_count() == 1);
    fails = false;
    asio::post(line, say('a'));
    context.run();
    BOOST_TEST(said == "a");
}

BOOST_AUTO_TEST_CASE(an_exception_costs_the_others_nothing) {
    asio::post(line, [] { throw std::runtime_error("one"); });
    asio::post(line, say('a'));
    BOOST_CHECK_THROW(context.run(), std::runtime_error);
    context.restart();
    context.run();
    BOOST_TEST(said == "a");
}

BOOST_AUTO_TEST_CASE(an_exception_of_one_that_waited_costs_the_one_that_comes_nothing) {
    asio::post(line, [] { throw std::runtime_error("one"); });
    BOOST_CHECK_THROW(asio::dispatch(line, say('a')), std::runtime_error);
    BOOST_TEST(said == "a");
}

BOOST_AUTO_TEST_CASE(what_waits_goes_with_the_context) {
    auto const held = std::make_shared<int>();
    auto own = std::make_unique<asio::io_context>();
    strand const there(asio::any_io_executor(own->get_executor()));
    // Each holds the strand that holds it.
    asio::post(there, [there, held] {});
    asio::post(there, [there, held] {});
    own.reset();
    BOOST_TEST(held.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(one_at_a_time_on_many_threads) {
    constexpr int each = 2000;
    asio::io_context many;
    strand const there(asio::any_io_executor(many.get_executor()));
    int inside = 0, most = 0, count = 0;  // nothing else guards them
    auto const step = [&] {
        most = std::max(most, ++inside);
        ++count;
        --inside;
    };
    for (int i = 0; i < each; ++i) {
        asio::post(many, [&] { asio::dispatch(there, step); });
        asio::post(many, [&] { asio::post(there, step); });
    }
    std::thread other([&] { many.run(); });
    many.run();
    other.join();
    many.restart();
    many.run();
    BOOST_TEST(most == 1);
    BOOST_TEST(count == 2 * each);
}

BOOST_AUTO_TEST_SUITE_END()
