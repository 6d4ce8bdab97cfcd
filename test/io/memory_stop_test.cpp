// SPDX-License-Identifier: BSL-1.0
//
// Memory runs out in a stop.
#include "io/harness/memory_sweep.hpp"
#include "io/harness/secure_dialer.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

template <class Stop>
struct on_an_open_connection : Stop {
    on_an_open_connection() {
        this->stop(1);
        this->run_for(100ms);
        this->net.forget_requests();
    }
};

struct a_stop_over_tls : a_stop {
    static constexpr bool is_long = true;
    a_stop_over_tls() {
        core.reset();
        secure(net, {});
        open();
    }
    void check() const {
        if (first->code) BOOST_TEST(first->result.outcome != outcome::stopped);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_stop)

BOOST_AUTO_TEST_CASE(a_stop_with_its_dial) {
    sweep_all<a_stop>();
}

BOOST_AUTO_TEST_CASE(a_stop_on_a_connection) {
    sweep_all<on_an_open_connection<a_stop>>();
}

BOOST_AUTO_TEST_CASE(a_stop_with_its_dial_over_tls) {
    sweep_all<a_stop_over_tls>();
}

BOOST_AUTO_TEST_CASE(a_stop_on_a_connection_over_tls) {
    sweep_all<on_an_open_connection<a_stop_over_tls>>();
}

BOOST_AUTO_TEST_SUITE_END()
