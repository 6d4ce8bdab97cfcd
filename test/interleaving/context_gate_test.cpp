// SPDX-License-Identifier: BSL-1.0
//
// The end of a context beside threads that come into it: it waits for those inside, and sleeps for ever beside nobody.
#include "transport/context_gate.hpp"

#include "interleaving/scheduler.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

using namespace oms::interleaved;
using oms::transport::context_gate;

namespace {

struct closing : scene {
    explicit closing(std::size_t number) : visitors(number) {}

    std::vector<std::function<void()>> threads() override {
        std::vector<std::function<void()>> all{[this] { close(); }};
        for (std::size_t i = 0; i < visitors; ++i)
            all.emplace_back([this] { visit(); });
        return all;
    }
    std::string verdict() override {
        if (!wrong.empty()) return wrong;
        if (kept != destroyed) return "what was left with the gate outlives the context";
        if (inside != 0 || !gate.empty()) return "somebody is still inside";
        return gate.enter() ? "a closed gate lets somebody in" : "";
    }

    void close() {
        gate.close();
        if (inside > 0) wrong = "the context ends beside somebody";
        ended = true;
    }

    // Leaves something there while it is outside, as whoever calls a user's function does.
    void visit() {
        auto in = gate.enter();
        if (!in) return;
        look();
        auto made = std::make_unique<own_belonging>(destroyed);
        own_belonging& mine = *made;
        ++kept;
        gate.keep(std::move(made));
        --inside;
        in.leave();
        yield();
        in = gate.enter();
        if (!in) return;
        look();
        auto const back = gate.take_back(mine);
        yield();
        if (ended) wrong = "the context has ended beside somebody";
        --inside;
    }
    void look() {
        ++inside;
        if (ended) wrong = "somebody gets into a context that has ended";
        yield();
    }

    struct own_belonging final : context_gate::belonging {
        explicit own_belonging(std::size_t& n) noexcept : destroyed(n) {}
        ~own_belonging() override { ++destroyed; }
        std::size_t& destroyed;
    };

    std::size_t const visitors;
    context_gate gate;
    std::size_t inside = 0, kept = 0, destroyed = 0;
    bool ended = false;
    std::string wrong;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(closing_gates)

BOOST_AUTO_TEST_CASE(one_visitor_in_every_order) {
    auto const found = try_orders([] { return std::make_unique<closing>(1); }, {.preemptions = 1'000});
    BOOST_TEST(found.wrong == "");
    BOOST_TEST(found.all);
    BOOST_TEST(found.orders > 100U);
    BOOST_TEST_MESSAGE(found.orders << " orders");
}

BOOST_AUTO_TEST_CASE(two_visitors_with_three_preemptions) {
    auto const found = try_orders([] { return std::make_unique<closing>(2); }, {.preemptions = 3});
    BOOST_TEST(found.wrong == "");
    BOOST_TEST(found.all);
    BOOST_TEST(found.orders > 1'000U);
    BOOST_TEST_MESSAGE(found.orders << " orders");
}

BOOST_AUTO_TEST_SUITE_END()
