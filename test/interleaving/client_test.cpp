// SPDX-License-Identifier: BSL-1.0
//
// A client whose event loop one thread runs, and what another thread asks of it meanwhile: whatever their order, each
// call and each bulk ends once, and nothing is forgotten while the loop sleeps.
#include "client/client_core.hpp"
#include "interleaving/scheduler.hpp"
#include "io/harness/bulk.hpp"
#include "io/harness/client_over.hpp"

#include <oms/client.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string_view>
#include <utility>

using namespace oms::interleaved;
using namespace oms;
using namespace oms::scripted;
using namespace std::chrono_literals;

namespace {

struct beside_the_loop;

struct story {
    std::string_view name;
    void (*first)(beside_the_loop&);   // before both
    void (*beside)(beside_the_loop&);  // by the other thread
};

struct beside_the_loop : scene {
    explicit beside_the_loop(story const& s) : told(s) {
        world.net.server = [](request const&) { return after(5ms, reply_text(200)); };
        world.config.pool.max_connections = 2;
        world.open();
        user.emplace(client_over(world.core));
        told.first(*this);
    }
    ~beside_the_loop() override {
        user.reset();
        world.lose_context();
    }

    std::vector<std::function<void()>> threads() override {
        return {[this] {
                    while (world.step()) {
                    }
                },
                [this] { told.beside(*this); }};
    }
    std::string verdict() override {
        world.run();
        if (begun != ended) return "a call has not ended";
        if (again) return "a call has ended twice";
        if (bulk && (world.completions != 1 || !world.accounts())) return "the bulk's accounts are wrong";
        if (waited && !idle) return "nobody hears that it is idle";
        return {};
    }

    void stop(std::string task) {
        ++begun;
        user->async_stop(sync_task("p", std::move(task)),
                         [this, first = std::make_shared<bool>(true)](error_code, stop_result const&) {
                             again = again || !std::exchange(*first, false);
                             ++ended;
                         });
    }
    void stop_all(std::size_t tasks) {
        bulk = true;
        world.begin(tasks_of(tasks, 2));
    }
    void wait_idle() {
        waited = true;
        user->async_wait_idle([this](error_code) { idle = true; });
    }

    story const& told;
    bulk_world world;
    std::optional<client> user;
    std::size_t begun = 0, ended = 0;
    bool again = false, bulk = false, waited = false, idle = false;
};

void two_stops(beside_the_loop& s) {
    s.stop("a");
    s.stop("b");
}
void bulk_of_three(beside_the_loop& s) {
    s.world.options.max_in_flight = 1;
    s.stop_all(3);
}
void nothing(beside_the_loop&) {}

void cancels_all(beside_the_loop& s) {
    s.user->cancel();
}
void shuts_down(beside_the_loop& s) {
    s.user->async_shutdown([](error_code) {});
}
void goes(beside_the_loop& s) {
    s.user.reset();
}
void stops_another(beside_the_loop& s) {
    s.stop("c");
}
void begins_a_bulk(beside_the_loop& s) {
    s.stop_all(2);
}
void awaits_the_end(beside_the_loop& s) {
    s.wait_idle();
}

constexpr story stories[]{
    {"a stop beside stops", two_stops, stops_another},
    {"a stop beside nothing", nothing, stops_another},
    {"stops are cancelled", two_stops, cancels_all},
    {"the client shuts down", two_stops, shuts_down},
    {"the client goes", two_stops, goes},
    {"somebody waits until it is idle", two_stops, awaits_the_end},
    {"a bulk beside stops", two_stops, begins_a_bulk},
    {"a stop beside a bulk", bulk_of_three, stops_another},
    {"a bulk is cancelled", bulk_of_three, cancels_all},
    {"the client shuts down in a bulk", bulk_of_three, shuts_down},
    {"the client goes in a bulk", bulk_of_three, goes},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(clients_beside_their_loop)

BOOST_AUTO_TEST_CASE(in_all_orders_with_two_preemptions) {
    for (story const& each : stories) {
        BOOST_TEST_CONTEXT(each.name) {
            auto const found = try_orders([&] { return std::make_unique<beside_the_loop>(each); }, {.preemptions = 2});
            BOOST_TEST(found.wrong == "");
            BOOST_TEST(found.all);
            BOOST_TEST(found.orders > 500U);
            BOOST_TEST_MESSAGE(each.name << ": " << found.orders << " orders");
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
