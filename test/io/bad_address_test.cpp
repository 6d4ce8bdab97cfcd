// SPDX-License-Identifier: BSL-1.0
//
// One bad address, one bad handshake: the good one is dialled, and nobody fails for it.
#include "io/harness/report.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

struct trouble {
    char const* name;
    errc code;
    int alert;
    bool silent;
};

constexpr trouble troubles[] = {
    {"silent", errc::handshake_timeout, policy::no_alert, true},
    {"closes", errc::handshake_truncated, policy::no_alert, false},
    {"resets", errc::handshake_truncated, policy::no_alert, false},
    {"alert of the moment", errc::handshake_failed, SSL_AD_INTERNAL_ERROR, false},
    {"final alert", errc::handshake_failed, SSL_AD_HANDSHAKE_FAILURE, false},
    {"plain HTTP", errc::peer_not_tls, policy::no_alert, false},
    {"another's certificate", errc::certificate_host_mismatch, policy::no_alert, false},
    {"refuses", errc::connect_failed, policy::no_alert, false},
};

std::vector<dial_step> good() {
    return {{phase::connect, 1ms}, {phase::handshake, 1ms}};
}

std::vector<dial_step> bad(trouble const& t) {
    if (t.code == errc::connect_failed) return {{phase::connect, 1ms, t.code}};
    dial_step shake{phase::handshake, 1ms};
    if (t.silent) {
        shake.stalls = true;
    } else {
        shake.code = t.code;
        shake.cause = t.code == errc::handshake_truncated ? error_code(boost::asio::error::connection_reset) : t.code;
    }
    shake.alert = t.alert;
    return {{phase::connect, 1ms}, shake};
}

constexpr auto bad_address = "192.0.2.1";
constexpr auto good_address = "192.0.2.2";

struct two_addresses : world {
    explicit two_addresses(trouble const& t) {
        net.addresses = {bad_address, good_address};
        net.dials_at = [&t](std::string const& at) { return at == bad_address ? bad(t) : good(); };
    }
    std::size_t dials_to(std::string const& address) const {
        return static_cast<std::size_t>(std::count(net.gone_to.begin(), net.gone_to.end(), address));
    }
};

// So many calls at once on one address.
struct one_address : world {
    std::vector<std::shared_ptr<started>> calls;

    void begin(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            calls.push_back(stop(calls.size()));
    }
    std::size_t stopped() const {
        return static_cast<std::size_t>(std::count_if(calls.begin(), calls.end(), [](auto const& each) {
            return each->completions == 1 && each->result.outcome == outcome::stopped;
        }));
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(bad_addresses)

BOOST_AUTO_TEST_CASE(the_good_one_of_two_is_dialled) {
    for (trouble const& t : troubles) {
        for (std::size_t const count : {1U, 300U}) {
            BOOST_TEST_CONTEXT(t.name << ", " << count << " calls") {
                two_addresses w(t);
                std::vector<std::shared_ptr<started>> calls;
                for (std::size_t i = 0; i < count; ++i)
                    calls.push_back(w.stop(i));
                w.run_for(30s);
                auto const limit = t.silent ? w.config.timeouts.handshake + 100ms : 100ms;
                for (auto const& each : calls) {
                    BOOST_REQUIRE_MESSAGE(each->completions == 1U && !each->code, show(*each));
                    BOOST_REQUIRE((each->result.elapsed <= limit));
                    BOOST_REQUIRE(each->result.attempts == 1U);  // another address is no repeat
                }
                BOOST_TEST(w.dials_to(bad_address) <= w.config.pool.max_handshakes + 1);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(later_the_bad_one_costs_one_dial_a_back_off) {
    two_addresses w(troubles[1]);
    w.config.pool.max_idle = 0;              // a dial for each call
    for (std::size_t i = 0; i < 600; ++i) {  // one minute
        auto const call = w.stop(i);
        w.run_for(100ms);
        BOOST_REQUIRE(!call->code);
    }
    BOOST_TEST(w.dials_to(good_address) == 600U);
    BOOST_TEST(w.dials_to(bad_address) <= 10U);  // after 0.2, 0.4, 0.8 s and so on
    BOOST_TEST(w.dials_to(bad_address) >= 7U);
}

BOOST_AUTO_TEST_CASE(one_alert_of_the_moment_fails_nobody) {
    one_address w;
    w.config.pool.max_connections = 40;
    bool reloading = false;
    w.net.dials = [&](std::size_t) {
        dial_step shake{phase::handshake, 1ms};
        if (std::exchange(reloading, false)) {
            shake.code = errc::handshake_failed;
            shake.alert = SSL_AD_INTERNAL_ERROR;
        }
        return std::vector<dial_step>{{phase::connect, 1ms}, shake};
    };
    w.net.server = [](request const&) { return after(20ms, reply_text(200)); };
    w.begin(20);
    w.run_for(10ms);  // there are connections beside it
    reloading = true;
    w.begin(300);
    w.run_for(5ms);
    w.begin(300);
    w.run_for(10s);
    BOOST_TEST(!reloading);
    BOOST_TEST(w.stopped() == 620U);
}

BOOST_AUTO_TEST_CASE(a_balancer_that_reloads_fails_nobody) {
    for (int const alert : {SSL_AD_INTERNAL_ERROR, SSL_AD_HANDSHAKE_FAILURE}) {
        one_address w;
        w.net.dials = [&](std::size_t) {
            dial_step shake{phase::handshake, 1ms};
            if (w.time.elapsed() < 50ms) {
                shake.code = errc::handshake_failed;
                shake.alert = alert;
            }
            return std::vector<dial_step>{{phase::connect, 1ms}, shake};
        };
        w.begin(300);
        w.run_for(10s);
        BOOST_TEST(w.stopped() == 300U, alert);
    }
}

BOOST_AUTO_TEST_CASE(what_is_final_fails_calls_within_a_second) {
    for (trouble const& t : troubles) {
        bool const final = t.alert == SSL_AD_HANDSHAKE_FAILURE || t.code == errc::peer_not_tls;
        bool const unverified = t.code == errc::certificate_host_mismatch;
        if (!final && !unverified) continue;
        BOOST_TEST_CONTEXT(t.name) {
            for (bool const two : {false, true}) {
                one_address w;
                if (two) w.net.addresses.emplace_back(good_address);
                w.net.dials_at = [&t](std::string const&) { return bad(t); };
                w.begin(300);
                w.run_for(1s);
                for (auto const& each : w.calls) {
                    BOOST_REQUIRE_MESSAGE(each->completions == 1U && each->code == error_code(t.code), show(*each));
                    BOOST_REQUIRE(each->result.outcome == outcome::not_sent);
                    BOOST_REQUIRE(!each->result.details().connection.empty());
                }
                BOOST_TEST(w.net.gone_to.size() <= 2 * (w.config.pool.max_handshakes + 2));
                // Those that come later are told, too, and each back-off costs a dial.
                auto const before = w.net.dialed;
                w.begin(1);
                w.run_for(1s);
                BOOST_TEST(w.calls.back()->completions == 1U);
                BOOST_TEST(w.net.dialed <= before + 2);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_may_pass_is_waited_for) {
    one_address w;
    w.net.dials = [&](std::size_t) {
        dial_step shake{phase::handshake, 1ms};
        if (w.time.elapsed() < 20s) shake.code = errc::handshake_truncated;
        return std::vector<dial_step>{{phase::connect, 1ms}, shake};
    };
    w.begin(300);
    w.run_for(60s);
    BOOST_TEST(w.stopped() == 300U);
    BOOST_TEST(w.net.dialed <= 16U + 10U + 16U);
}

BOOST_AUTO_TEST_SUITE_END()
