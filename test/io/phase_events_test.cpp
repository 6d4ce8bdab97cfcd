// SPDX-License-Identifier: BSL-1.0
//
// What the observer hears of each phase of each try.
#include "io/harness/report.hpp"

#include <oms/observer.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <ostream>
#include <tuple>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

struct heard {
    unsigned attempt;
    oms::phase phase;
    unsigned http_status;

    friend bool operator==(heard const&, heard const&) = default;
    friend std::ostream& operator<<(std::ostream& os, heard const& h) {
        return os << h.attempt << ' ' << to_string(h.phase) << ' ' << h.http_status;
    }
};

struct listening final : observer {
    std::vector<heard> exchanges;

    void on_phase(phase_event const& e) noexcept override {
        if (e.phase == phase::first_byte || e.phase == phase::body) {
            exchanges.push_back({e.attempt, e.phase, e.http_status});
        } else {
            BOOST_TEST(e.http_status == 0U);
        }
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(phase_events)

// Each tells the status of its own try's reply, and none where none came.
BOOST_AUTO_TEST_CASE(the_status_is_that_of_the_try) {
    world w;
    auto const ears = std::make_shared<listening>();
    w.config.observer = ears;
    w.net.server = [](request const& r) {
        answer a = after(0s, reply_text(r.number == 0 ? 503 : r.number == 3 ? 500 : 200));
        if (r.number == 1) a = no_answer();
        if (r.number == 2) {
            a.bytes = "HTTP/1.1 50";  // no whole header
            a.end = ending::unclean;
        }
        if (r.number == 3) {
            a.bytes = "HTTP/1.1 500 x\r\nContent-Length: 9\r\n\r\nhalf";
            a.end = ending::unclean;
        }
        return a;
    };
    w.config.retry.max_attempts = 5;
    w.config.timeouts.attempt = 10s;
    auto const call = w.stop(0);
    w.run_until_done(*call);
    BOOST_TEST(call->result.outcome == outcome::stopped);
    std::vector<heard> const expected{
        {1, phase::first_byte, 503}, {1, phase::body, 503},       {2, phase::first_byte, 0},
        {3, phase::first_byte, 0},   {3, phase::body, 0},         {4, phase::first_byte, 500},
        {4, phase::body, 500},       {5, phase::first_byte, 200}, {5, phase::body, 200}};
    BOOST_TEST(ears->exchanges == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
