// SPDX-License-Identifier: BSL-1.0
//
// Functions that several threads give to a strand: each is run once, none beside another one, and those of one thread
// in their order, also where one comes as the last of those before it has just ended.
#include "transport/strand.hpp"

#include "interleaving/scheduler.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/require.hpp>
#include <boost/test/unit_test.hpp>

#include <utility>

using namespace oms::interleaved;
namespace asio = boost::asio;

namespace {

struct two_givers : scene {
    std::vector<std::function<void()>> threads() override {
        return {[this] { give(0, line); }, [this] { give(1, asio::require(line, asio::execution::blocking.never)); },
                [this] {
                    for (int i = 0; i < 3; ++i) {
                        whatever_is_thrown([this] { context.poll_one(); });
                        yield();
                    }
                }};
    }
    std::string verdict() override {
        context.restart();
        while (!context.stopped())
            whatever_is_thrown([this] { context.run(); });
        if (!wrong.empty()) return wrong;
        for (auto const& each : ran) {
            if (each != std::vector{0, 1}) return "a function was not run, or not in its order";
        }
        return thrown > 0 ? "" : "what the functions threw is lost";
    }

    void give(std::size_t giver, oms::transport::strand const& to) {
        for (int i = 0; i < 2; ++i) {
            whatever_is_thrown([&] {
                to.execute([this, giver, i] {
                    if (std::exchange(inside, true)) wrong = "two are run at a time";
                    yield();
                    ran[giver].push_back(i);
                    inside = false;
                    if (i == 0) throw giver;
                });
            });
        }
    }
    // By whoever's turn it was.
    template <class Step>
    void whatever_is_thrown(Step step) {
        try {
            step();
        } catch (std::size_t) {
            ++thrown;
        }
    }

    asio::io_context context;
    oms::transport::strand line{asio::any_io_executor(context.get_executor())};
    bool inside = false;
    std::size_t thrown = 0;
    std::vector<int> ran[2];
    std::string wrong;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_to_a_strand)

BOOST_AUTO_TEST_CASE(two_givers_and_one_that_runs_them) {
    auto const found = try_orders([] { return std::make_unique<two_givers>(); }, {.preemptions = 2});
    BOOST_TEST(found.wrong == "");
    BOOST_TEST(found.all);
    BOOST_TEST(found.orders > 1'000U);
    BOOST_TEST_MESSAGE(found.orders << " orders");
}

BOOST_AUTO_TEST_SUITE_END()
