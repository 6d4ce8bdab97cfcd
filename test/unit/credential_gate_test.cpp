// SPDX-License-Identifier: BSL-1.0
#include "policy/credential_gate.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ostream>
#include <random>

using namespace std::chrono_literals;
using oms::policy::admission;
using oms::policy::credential_gate;
using oms::policy::wake;

namespace oms::policy {

std::ostream& boost_test_print_type(std::ostream& os, admission value) {
    return os << (value == admission::go ? "go" : value == admission::wait ? "wait" : "refused");
}

std::ostream& boost_test_print_type(std::ostream& os, wake value) {
    return os << (value == wake::none ? "none" : value == wake::one ? "one" : "all");
}

}  // namespace oms::policy

namespace {
credential_gate::time_point const now{1000h};
}

BOOST_AUTO_TEST_SUITE(credential_gates)

BOOST_AUTO_TEST_CASE(one_tries_and_the_others_wait) {
    credential_gate gate;
    BOOST_TEST(gate.ask(now) == admission::go);
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(gate.ask(now) == admission::wait);
    BOOST_TEST(!gate.accepted());
    BOOST_TEST(gate.on_reply(200) == wake::all);
    BOOST_TEST(gate.accepted());
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(gate.ask(now) == admission::go);
    BOOST_TEST(gate.on_reply(200) == wake::none);
}

BOOST_AUTO_TEST_CASE(what_proves_nothing_hands_over) {
    for (unsigned status : {408U, 418U, 429U, 503U}) {
        BOOST_TEST_CONTEXT(status) {
            credential_gate gate;
            gate.ask(now);
            BOOST_TEST(gate.on_reply(status) == wake::one);
            BOOST_TEST(!gate.accepted());
            BOOST_TEST(gate.ask(now) == admission::go);
            BOOST_TEST(gate.ask(now) == admission::wait);
        }
    }
    credential_gate gate;
    gate.ask(now);
    BOOST_TEST(gate.on_no_reply() == wake::one);
    BOOST_TEST(gate.ask(now) == admission::go);
    BOOST_TEST(gate.ask(now) == admission::wait);
}

BOOST_AUTO_TEST_CASE(every_other_reply_accepts) {
    for (unsigned status = 200; status < 600; ++status) {
        if (status == 401 || status == 408 || status == 418 || status == 429 || status == 503) continue;
        credential_gate gate;
        gate.ask(now);
        BOOST_TEST(gate.on_reply(status) == wake::all);
        BOOST_TEST(gate.accepted());
    }
}

BOOST_AUTO_TEST_CASE(a_rejected_one_is_tried_by_nobody) {
    credential_gate gate;
    gate.ask(now);
    BOOST_TEST(gate.on_reply(401) == wake::none);
    BOOST_TEST(gate.ask(now) == admission::wait);  // until it is known whether a refresh helps
    BOOST_TEST(gate.close(now) == wake::all);
    BOOST_TEST(gate.ask(now) == admission::refused);
    BOOST_TEST(gate.ask(now + 5min - 1ns) == admission::refused);
    BOOST_TEST(gate.closed(now + 5min - 1ns));

    // Then it is as good as new.
    BOOST_TEST(!gate.closed(now + 5min));
    BOOST_TEST(gate.ask(now + 5min) == admission::go);
    BOOST_TEST(gate.ask(now + 5min) == admission::wait);
    BOOST_TEST(!gate.accepted());
    BOOST_TEST(gate.on_reply(200) == wake::all);
    BOOST_TEST(gate.ask(now + 5min) == admission::go);
}

BOOST_AUTO_TEST_CASE(a_refreshed_one_is_left_to_its_heir) {
    credential_gate gate;
    gate.ask(now);
    gate.on_reply(401);
    BOOST_TEST(gate.on_no_reply() == wake::one);
    BOOST_TEST(gate.ask(now) == admission::go);
}

BOOST_AUTO_TEST_CASE(an_accepted_one_may_be_rejected_later) {
    credential_gate gate;
    gate.ask(now);
    gate.on_reply(404);
    BOOST_TEST(gate.on_reply(401) == wake::none);
    BOOST_TEST(gate.ask(now) == admission::go);
    for (unsigned status : {429U, 503U})
        BOOST_TEST(gate.on_reply(status) == wake::none);
    BOOST_TEST(gate.on_no_reply() == wake::none);
    BOOST_TEST(gate.accepted());
    gate.close(now);
    BOOST_TEST(!gate.accepted());
    // Late replies to what was sent before change nothing.
    BOOST_TEST(gate.on_reply(200) == wake::none);
    BOOST_TEST(gate.on_no_reply() == wake::none);
    BOOST_TEST(gate.ask(now + 1min) == admission::refused);
    // A late rejection is one more failure, so it closes for longer.
    gate.close(now + 1min);
    BOOST_TEST(gate.ask(now + 5min) == admission::refused);
    gate.close(now);
    BOOST_TEST(gate.ask(now + 5min) == admission::refused);
    BOOST_TEST(gate.ask(now + 6min) == admission::go);
}

BOOST_AUTO_TEST_CASE(the_end_of_time_is_no_trouble) {
    credential_gate gate;
    auto const end = credential_gate::time_point::max();
    gate.close(end);
    BOOST_TEST(gate.ask(end - 1h) == admission::refused);
    BOOST_TEST(gate.ask(end) == admission::go);
}

// 10,000 calls with a wrong key: one reaches the service, and one more each five minutes.
BOOST_AUTO_TEST_CASE(ten_thousand_calls) {
    credential_gate gate;
    int sent = 0, waiting = 0, refused = 0;
    for (int i = 0; i < 10'000; ++i) {
        switch (gate.ask(now + i * 1us)) {
            case admission::go:
                ++sent;
                break;
            case admission::wait:
                ++waiting;
                break;
            case admission::refused:
                ++refused;
                break;
        }
        if (i == 5'000) {
            gate.on_reply(401);
            gate.close(now);
        }
    }
    BOOST_TEST(sent == 1);
    BOOST_TEST(waiting == 5'000);
    BOOST_TEST(refused == 4'999);
}

// Whatever happens, before the first acceptance no two try at a time.
BOOST_AUTO_TEST_CASE(never_two_probes) {
    std::mt19937 random(11);
    for (int round = 0; round < 1'000; ++round) {
        credential_gate gate;
        auto time = now;
        int out = 0;
        for (int step = 0; step < 40 && !gate.accepted(); ++step) {
            time += std::chrono::seconds(random() % 100);
            switch (random() % 4) {
                case 0:
                case 1:
                    if (gate.ask(time) == admission::go) ++out;
                    break;
                case 2:
                    if (out == 0) break;
                    --out;
                    gate.on_reply(random() % 2 == 0 ? 503U : 429U);
                    break;
                default:
                    if (out == 0) break;
                    --out;
                    gate.on_reply(401);
                    gate.close(time);
            }
            BOOST_REQUIRE(out <= 1);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
