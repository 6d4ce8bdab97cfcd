// SPDX-License-Identifier: BSL-1.0
//
// Memory runs out while all is cancelled, and while the client ends.
#include "client/client_core.hpp"
#include "io/harness/memory_sweep.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

/// Twenty stops under way, half of them with their requests sent.
template <void (world::*End)()>
struct an_end : scene<> {
    std::vector<std::shared_ptr<started>> all;
    an_end() {
        config.pool.max_connections = 10;
        bool answers = true;
        net.server = [answers](request const& r) mutable {
            bool const is_first = std::exchange(answers, false);
            answer a;
            a.bytes = reply_text(200);
            a.stalls = !is_first && r.target.find("after") == std::string::npos;
            return a;
        };
        open();
        stop(100);
        run_for(100ms);
        for (std::size_t i = 0; i < 20; ++i)
            all.push_back(stop(i));
        run_for(100ms);
    }
    bool run() {
        (this->*End)();
        settle(*this);
        return true;
    }
    unsigned completions() const {
        return static_cast<unsigned>(
                   std::count_if(all.begin(), all.end(), [](auto const& c) { return c->completions == 1; })) /
               static_cast<unsigned>(all.size());
    }
    void check() const {
        for (auto const& each : all) {
            BOOST_TEST((each->code == errc::cancelled || each->code == errc::shut_down), each->code.message());
            BOOST_TEST(!each->inside);
        }
    }
};

// Somebody waits while a stop is under way.
struct a_wait_until_idle : scene<> {
    std::shared_ptr<started> under_way;
    error_code code;
    unsigned ended = 0;

    a_wait_until_idle() {
        net.server = [](request const&) { return after(1s, reply_text(200)); };
        open();
        under_way = stop(1);
        run_for(100ms);
    }
    bool run() {
        auto const handler = [this](error_code ec) {
            code = ec;
            ++ended;
        };
        if (!begin([&] { core->wait_idle(handler); })) return false;
        run_for(2s);
        return true;
    }
    unsigned completions() const { return ended; }
    void check() const {
        BOOST_TEST(under_way->completions == 1U);
        BOOST_TEST((!code || code == errc::out_of_memory), code.message());
    }
};

// Connections are opened for nobody yet.
struct a_warm_up : scene<> {
    error_code code;
    unsigned ended = 0;

    a_warm_up() {
        config.pool.min_connections = 3;
        net.dials = [](std::size_t) { return std::vector<dial_step>{{phase::connect, 10ms}}; };
        open();
    }
    bool run() {
        auto const handler = [this](error_code ec, stop_result const&) {
            code = ec;
            ++ended;
        };
        if (!begin([&] { core->warm_up(handler, {}); })) return false;
        run_for(5s);
        return true;
    }
    unsigned completions() const { return ended; }
    void check() const {
        BOOST_TEST((!code || code == errc::out_of_memory), code.message());
        BOOST_TEST((ended == 0 || code || net.live_streams == 3U));
    }
};

using a_cancel_of_all = an_end<&world::cancel_all>;

struct a_destructor : an_end<&world::close> {};

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_ends)

BOOST_AUTO_TEST_CASE(a_cancellation_of_all) {
    sweep_all<a_cancel_of_all>();
}

BOOST_AUTO_TEST_CASE(a_clients_end) {
    sweep_all<a_destructor>();
}

BOOST_AUTO_TEST_CASE(a_warm_up_of_connections) {
    sweep_all<a_warm_up>();
}

BOOST_AUTO_TEST_CASE(a_wait_for_what_is_under_way) {
    sweep_all<a_wait_until_idle>();
}

BOOST_AUTO_TEST_SUITE_END()
