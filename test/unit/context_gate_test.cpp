// SPDX-License-Identifier: BSL-1.0
#include "transport/context_gate.hpp"

#include "transport/lent_executor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <thread>

namespace asio = boost::asio;
using oms::transport::context_gate;
using oms::transport::lent_executor;
using oms::transport::loan;

namespace {

struct noted final : context_gate::belonging {
    explicit noted(unsigned& n) noexcept : destroyed(n) {}
    ~noted() override { ++destroyed; }
    unsigned& destroyed;
};

// An executor that is lent by a context, and a context that may go.
struct lender {
    std::shared_ptr<context_gate> gate = std::make_shared<context_gate>();
    std::optional<asio::io_context> context{std::in_place};

    asio::any_io_executor lend() {
        asio::any_io_executor const own(asio::make_strand(*context));
        asio::any_completion_executor const never(asio::require(own, asio::execution::blocking.never));
        return lent_executor(std::make_shared<loan>(gate, *context, std::make_unique<loan::deposit>(never)));
    }
    void end() {
        gate->close();
        context.reset();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(context_gate_suite)

BOOST_AUTO_TEST_CASE(what_is_left_goes_with_the_context) {
    context_gate gate;
    unsigned destroyed = 0;
    auto mine = std::make_unique<noted>(destroyed);
    noted& taken = *mine;
    {
        auto const in = gate.enter();
        BOOST_TEST(static_cast<bool>(in));
        gate.keep(std::move(mine));
        gate.keep(std::make_unique<noted>(destroyed));
        BOOST_TEST((gate.take_back(taken).get() == &taken));
        BOOST_TEST(destroyed == 1u);
    }
    gate.close();
    BOOST_TEST(destroyed == 2u);
    BOOST_TEST(gate.closed());
    BOOST_TEST(!gate.enter());
}

BOOST_AUTO_TEST_CASE(a_closing_gate_waits_for_those_inside) {
    context_gate gate;
    std::promise<void> entered;
    bool left = false;
    std::thread visitor([&] {
        auto const in = gate.enter();
        entered.set_value();
        while (!gate.closed())
            std::this_thread::yield();
        BOOST_TEST(!gate.enter());  // nor does it let anybody else in meanwhile
        left = true;
    });
    entered.get_future().wait();
    gate.close();
    BOOST_TEST(left);
    visitor.join();
}

BOOST_AUTO_TEST_CASE(what_is_destroyed_may_use_the_gate) {
    struct curious final : context_gate::belonging {
        explicit curious(context_gate& g) noexcept : gate(g) {}
        ~curious() override { BOOST_TEST(!gate.enter()); }
        context_gate& gate;
    };
    context_gate gate;
    gate.keep(std::make_unique<curious>(gate));
    gate.close();
    BOOST_TEST(gate.empty());
}

BOOST_FIXTURE_TEST_CASE(a_lent_executor_outlives_its_context, lender) {
    auto const lent = lend();
    auto const tracked = asio::prefer(lent, asio::execution::outstanding_work.tracked);
    bool ran = false;
    asio::post(lent, [&] { ran = true; });
    BOOST_TEST(!ran);
    context->poll();
    BOOST_TEST(ran);
    auto const dropped = std::make_shared<int>();
    asio::post(lent, [dropped] {});
    end();
    BOOST_TEST(dropped.use_count() == 1);
    asio::post(tracked, [dropped] { BOOST_TEST(false); });
    BOOST_TEST(dropped.use_count() == 1);
    BOOST_TEST((lent == tracked));
}

BOOST_FIXTURE_TEST_CASE(a_lent_executor_keeps_its_context_busy_where_asked_to, lender) {
    auto const lent = lend();
    {
        auto const busy = asio::prefer(lent, asio::execution::outstanding_work.tracked);
        auto const more = busy;
        context->poll();
        BOOST_TEST(!context->stopped());
    }
    context->poll();
    BOOST_TEST(context->stopped());
}

BOOST_FIXTURE_TEST_CASE(a_lent_executor_serves_timers, lender) {
    bool ran = false;
    asio::steady_timer timer(lend(), std::chrono::steady_clock::time_point::min());
    timer.async_wait([&](boost::system::error_code) { ran = true; });
    context->run();
    BOOST_TEST(ran);
}

BOOST_AUTO_TEST_SUITE_END()
