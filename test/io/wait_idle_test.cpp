// SPDX-License-Identifier: BSL-1.0
//
// Waiting until nothing of a client is under way.
#include "client/client_core.hpp"
#include "io/harness/bulk.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;
using boost::asio::cancellation_type;

namespace {

struct waiting : bulk_world {
    struct wait {
        boost::asio::cancellation_signal signal;
        std::optional<error_code> code;
        unsigned completions = 0;
    };

    waiting() {
        net.server = [](request const&) { return after(1s, reply_text(200)); };
        open();
    }
    std::shared_ptr<wait> idle() {
        auto const result = std::make_shared<wait>();
        core->wait_idle(boost::asio::bind_cancellation_slot(result->signal.slot(), [result](error_code ec) {
            result->code = ec;
            ++result->completions;
        }));
        BOOST_TEST(result->completions == 0U);  // never inside
        return result;
    }
};

// Keeps whoever wants a task until the test gives it.
struct slow_source {
    std::function<void(error_code, std::optional<task_ref>)>* pending;

    void async_next(auto handler) {
        auto const shared = std::make_shared<decltype(handler)>(std::move(handler));
        *pending = [shared](error_code ec, std::optional<task_ref> task) { (*shared)(ec, std::move(task)); };
    }
};

void check(waiting::wait const& w, error_code code) {
    BOOST_TEST(w.completions == 1U);
    BOOST_REQUIRE(w.code.has_value());
    BOOST_TEST(*w.code == code, w.code->message());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(waiting_until_idle)

BOOST_AUTO_TEST_CASE(one_that_does_nothing_is_idle) {
    waiting w;
    auto const first = w.idle();
    auto const second = w.idle();
    w.run_for(0s);
    check(*first, {});
    check(*second, {});
    auto const call = w.stop();
    w.run_until_done(*call);
    auto const behind = w.idle();
    w.run_for(0s);
    check(*behind, {});
}

BOOST_AUTO_TEST_CASE(calls_are_waited_for_also_those_that_begin_meanwhile) {
    waiting w;
    auto const first = w.stop(1);
    auto const idle = w.idle();
    w.run_for(500ms);
    auto const second = w.stop(2);
    w.run_for(600ms);
    BOOST_TEST(first->completions == 1U);
    BOOST_TEST(idle->completions == 0U);
    unsigned before = 9;
    second->on_done = [&] { before = idle->completions; };
    w.run_for(1s);
    BOOST_TEST(before == 0U);  // the last one's handler comes first
    check(*idle, {});
    BOOST_TEST(w.core->accepts());
    BOOST_TEST(w.stop(3)->completions == 0U);
}

BOOST_AUTO_TEST_CASE(a_call_between_two_tries_is_under_way) {
    waiting w;
    unsigned asked = 0;
    w.net.server = [&](request const&) { return after(0s, reply_text(++asked == 1 ? 503 : 200)); };
    auto const call = w.stop();
    auto const idle = w.idle();
    w.run_until_done(*call);
    w.run_for(0s);
    BOOST_TEST(asked == 2U);
    check(*idle, {});
}

// Also while it only waits for its source, and has no call.
BOOST_AUTO_TEST_CASE(a_bulk_is_waited_for) {
    waiting w;
    std::function<void(error_code, std::optional<task_ref>)> pending;
    w.begin(slow_source{&pending});
    auto const idle = w.idle();
    w.run_for(1s);
    BOOST_REQUIRE(pending);
    std::exchange(pending, nullptr)({}, sync_task("p", "t"));
    w.run_for(10s);
    BOOST_TEST(w.results.size() == 1U);
    BOOST_TEST(idle->completions == 0U);
    BOOST_REQUIRE(pending);
    std::exchange(pending, nullptr)({}, std::nullopt);
    w.run_for(0s);
    BOOST_TEST(w.completions == 1U);
    check(*idle, {});
}

BOOST_AUTO_TEST_CASE(whoever_is_cancelled_waits_no_more) {
    for (cancellation_type const how :
         {cancellation_type::terminal, cancellation_type::partial, cancellation_type::total}) {
        waiting w;
        auto const call = w.stop();
        auto const one = w.idle();
        auto const other = w.idle();
        w.run_for(0s);
        one->signal.emit(how);
        BOOST_TEST(one->completions == 0U);
        w.run_for(0s);
        check(*one, errc::cancelled);
        BOOST_TEST(call->completions == 0U);
        w.run_until_done(*call);
        w.run_for(0s);
        check(*other, {});
        check(*one, errc::cancelled);
    }
}

BOOST_AUTO_TEST_CASE(whatever_ends_the_calls_ends_the_wait) {
    for (std::function<void(waiting&)> const& end : std::vector<std::function<void(waiting&)>>{
             [](waiting& w) { w.cancel_all(); },
             [](waiting& w) { w.close(); },
             [](waiting& w) { w.shut_down(shutdown_options()); },
         }) {
        waiting w;
        auto const call = w.stop();
        auto const idle = w.idle();
        w.run_for(0s);
        end(w);
        w.run_for(5s);
        BOOST_TEST(call->completions == 1U);
        check(*idle, {});
    }
}

BOOST_AUTO_TEST_CASE(where_the_context_goes_nobody_is_called) {
    waiting w;
    auto const call = w.stop();
    auto const idle = w.idle();
    w.run_for(0s);
    w.lose_context();
    BOOST_TEST(idle->completions == 0U);
    BOOST_TEST(idle.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
