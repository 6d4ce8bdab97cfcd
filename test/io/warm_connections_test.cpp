// SPDX-License-Identifier: BSL-1.0
//
// Connections that are opened before they are needed, and kept without need, in virtual time.
#include "client/client_core.hpp"
#include "io/harness/bulk.hpp"
#include "io/harness/client_over.hpp"

#include <oms/client.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;
using boost::asio::cancellation_type;

namespace {

struct warm_up {
    boost::asio::cancellation_signal signal;
    unsigned completions = 0;
    error_code code;
    stop_result result;
    virtual_time::time_point at{};
};

// A dial takes 100 ms; a request is answered a second later.
struct warm_world : world {
    warm_world() {
        net.dials = [](std::size_t) {
            return std::vector<dial_step>{{phase::connect, 40ms}, {phase::handshake, 60ms}};
        };
        net.server = [](request const&) { return after(1s, reply_text(200)); };
    }
    std::shared_ptr<warm_up> warm(std::optional<std::size_t> connections = std::nullopt, std::string region = {}) {
        if (!core) open();
        auto const result = std::make_shared<warm_up>();
        warm_up_options options;
        options.connections = connections;
        options.region = std::move(region);
        core->warm_up(boost::asio::bind_cancellation_slot(result->signal.slot(),
                                                          [this, result](error_code ec, stop_result r) {
                                                              result->code = ec;
                                                              result->result = std::move(r);
                                                              result->at = time.now();
                                                              ++result->completions;
                                                          }),
                      options);
        BOOST_TEST(result->completions == 0U);  // never inside
        return result;
    }
    void fail_dials(phase in, error_code code, std::chrono::steady_clock::duration takes = 10ms) {
        net.dials = [=](std::size_t) {
            dial_step s{in, takes};
            s.code = code;
            return std::vector<dial_step>{s};
        };
    }
};

void check(warm_up const& w, error_code code) {
    BOOST_TEST(w.completions == 1U);
    BOOST_TEST(w.code == code, w.code.message());
    BOOST_TEST(w.result.outcome == outcome::not_sent);
    BOOST_TEST(w.result.attempts == 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(warm_connections)

BOOST_AUTO_TEST_CASE(it_completes_when_so_many_are_open) {
    for (std::size_t const wanted : {1U, 2U, 5U, 16U, 17U, 40U, 64U}) {
        warm_world w;
        auto const all = w.warm(wanted);
        w.run_for(5s);
        check(*all, {});
        BOOST_TEST(w.net.dialed == wanted);
        BOOST_TEST(w.net.live_streams == wanted);
        BOOST_TEST(w.net.ledger.empty());        // no request
        auto const rounds = (wanted + 15) / 16;  // as many handshakes at a time as elsewhere
        BOOST_TEST((all->result.elapsed == rounds * 100ms));
        BOOST_TEST((all->result.phase == phase::done));
    }
}

BOOST_AUTO_TEST_CASE(the_first_calls_neither_connect_nor_shake_hands) {
    warm_world w;
    auto const ready = w.warm(3);
    w.run_for(1s);
    check(*ready, {});
    std::vector<std::shared_ptr<started>> calls;
    w.run_until_done(*w.stop(9));  // the credential has proved itself
    for (std::size_t i = 0; i < 3; ++i)
        calls.push_back(w.stop(i));
    w.run_for(1s);
    for (auto const& each : calls) {
        BOOST_TEST(each->result.outcome == outcome::stopped);
        BOOST_TEST((each->result.spent.connect == 0s));
    }
    BOOST_TEST(w.net.dialed == 3U);
}

BOOST_AUTO_TEST_CASE(what_is_open_counts_and_what_calls_open_meanwhile) {
    warm_world w;
    w.run_until_done(*w.stop(0));
    auto const one = w.warm(1);
    w.run_for(0s);
    check(*one, {});
    BOOST_TEST(w.net.dialed == 1U);
    std::vector<std::shared_ptr<started>> calls;
    for (std::size_t i = 0; i < 4; ++i)
        calls.push_back(w.stop(i));  // one has a connection, and three dial
    auto const four = w.warm(4);
    auto const six = w.warm(6);
    w.run_for(5s);
    check(*four, {});
    check(*six, {});
    BOOST_TEST(w.net.dialed == 6U);
    for (auto const& each : calls)
        BOOST_TEST(each->result.outcome == outcome::stopped);
}

BOOST_AUTO_TEST_CASE(by_default_as_many_as_are_kept_and_one_at_least) {
    for (std::size_t const least : {0U, 1U, 7U}) {
        warm_world w;
        w.config.pool.min_connections = least;
        auto const all = w.warm();
        w.run_for(1s);
        check(*all, {});
        BOOST_TEST(w.net.live_streams == std::max<std::size_t>(least, 1));
    }
}

BOOST_AUTO_TEST_CASE(bad_options) {
    warm_world w;
    w.config.pool.max_connections = 10;
    w.config.pool.max_idle = 5;
    for (std::size_t const wrong : {0U, 6U, 11U}) {
        auto const refused = w.warm(wrong);
        w.run_for(0s);
        check(*refused, errc::invalid_option);
        BOOST_TEST(refused->result.service_message.starts_with("connections must be 1 to "));
    }
    auto const nowhere = w.warm(1, "no region/");
    w.run_for(0s);
    check(*nowhere, errc::unknown_region);
    BOOST_TEST(nowhere->result.service_message == "region");
    BOOST_TEST(w.net.dialed == 0U);
}

BOOST_AUTO_TEST_CASE(another_regions_endpoint) {
    warm_world w;
    w.config.endpoints["cn-south-1"] = "https://south.example.com";
    auto const there = w.warm(2, "cn-south-1");
    w.run_for(1s);
    check(*there, {});
    BOOST_TEST(w.net.peers == (std::vector<std::string>(2, "south.example.com:443")), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_opened_ends_it) {
    for (auto const& [in, code] :
         std::vector<std::pair<phase, errc>>{{phase::resolve, errc::resolve_failed},
                                             {phase::resolve, errc::host_not_found},
                                             {phase::connect, errc::connect_failed},
                                             {phase::handshake, errc::handshake_failed},
                                             {phase::handshake, errc::certificate_untrusted}}) {
        warm_world w;
        w.fail_dials(in, code);
        auto const first = w.warm(4);
        w.run_for(10ms);
        check(*first, code);
        BOOST_TEST((first->result.phase == in));
        BOOST_TEST(first->result.elapsed < 1s);
        std::size_t const dialed = w.net.dialed;
        auto const again = w.warm(4);  // an endpoint that could not be reached a moment ago
        w.run_for(0s);
        check(*again, code);
        BOOST_TEST(w.net.dialed == dialed);
        w.run_for(60s);
        BOOST_TEST(w.net.dialed == dialed);  // nobody tries for nobody
        w.net.dials = nullptr;
        auto const later = w.warm(4);
        w.run_for(60s);
        check(*later, {});
    }
}

BOOST_AUTO_TEST_CASE(one_that_never_answers_ends_it_in_its_time) {
    for (auto const& [in, code, limit] :
         std::vector<std::tuple<phase, errc, std::chrono::seconds>>{{phase::resolve, errc::resolve_timeout, 5s},
                                                                    {phase::connect, errc::connect_timeout, 5s},
                                                                    {phase::handshake, errc::handshake_timeout, 10s}}) {
        warm_world w;
        w.net.dials = [in = in](std::size_t) {
            dial_step s{in};
            s.stalls = true;
            return std::vector<dial_step>{s};
        };
        auto const all = w.warm(2);
        w.run_for(60s);
        check(*all, code);
        BOOST_TEST((all->result.elapsed == limit));
        BOOST_TEST(w.net.live_dials == 0U);
    }
}

BOOST_AUTO_TEST_CASE(some_are_open_when_another_fails) {
    warm_world w;
    w.net.dials = [](std::size_t number) {
        dial_step s{phase::connect, number < 2 ? 10ms : 20ms};
        if (number == 3) s.code = errc::connect_failed;
        return std::vector<dial_step>{s};
    };
    auto const all = w.warm(4);
    w.run_for(100ms);
    check(*all, errc::connect_failed);
    BOOST_TEST(w.net.live_streams == 3U);  // they stay
}

BOOST_AUTO_TEST_CASE(a_bad_address_is_followed_by_the_next) {
    warm_world w;
    w.net.addresses = {"192.0.2.1", "192.0.2.2"};
    w.net.dials_at = [](std::string const& address) {
        dial_step s{phase::handshake, 10ms};
        if (address == "192.0.2.1") s.code = errc::handshake_failed;
        return std::vector<dial_step>{{phase::connect, 1ms}, s};
    };
    auto const all = w.warm(5);
    w.run_for(10s);
    check(*all, {});
    BOOST_TEST(w.net.live_streams == 5U);
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_refuses) {
    warm_world w;
    w.net.server = [](request const&) { return after(0s, reply_text(418)); };
    w.run_until_done(*w.stop(0));
    auto const refused = w.warm(5);
    w.run_for(0s);
    check(*refused, errc::endpoint_blocked);
}

BOOST_AUTO_TEST_CASE(every_way_of_cancelling_it) {
    for (auto const type : {cancellation_type::terminal, cancellation_type::partial, cancellation_type::total}) {
        warm_world w;
        auto const gone = w.warm(4);
        auto const stays = w.warm(4);
        w.run_for(50ms);
        gone->signal.emit(type);
        BOOST_TEST(gone->completions == 0U);
        w.run_for(0s);
        check(*gone, errc::cancelled);
        w.run_for(1s);
        check(*stays, {});
        BOOST_TEST(w.net.dialed == 4U);
        stays->signal.emit(type);  // too late
        w.run_for(1s);
        BOOST_TEST(stays->completions == 1U);
    }
    warm_world w;
    auto const first = w.warm(4);
    auto const second = w.warm(2);
    w.run_for(50ms);
    BOOST_TEST(w.core->cancel_all() == 2U);
    BOOST_TEST(w.core->cancel_all() == 0U);
    w.run_for(1s);
    check(*first, errc::cancelled);
    check(*second, errc::cancelled);
}

BOOST_AUTO_TEST_CASE(every_end_of_the_client) {
    {
        warm_world w;
        auto const all = w.warm(4);
        w.run_for(50ms);
        w.close();
        BOOST_TEST(all->completions == 0U);
        w.run_for(1s);
        check(*all, errc::shut_down);
    }
    for (auto const drain_for : {0s, 5s}) {
        warm_world w;
        auto const call = w.stop(0);
        w.run_for(500ms);
        auto const all = w.warm(4);
        shutdown_options options;
        options.drain_for = drain_for;
        auto const end = w.shut_down(options);
        w.run_for(10ms);
        check(*all, errc::shut_down);
        w.run_for(10s);
        BOOST_TEST(call->completions == 1U);
        BOOST_TEST(w.net.live_streams == 0U);
        auto const late = w.warm(1);
        w.run_for(0s);
        check(*late, errc::shut_down);
    }
    warm_world w;
    auto const all = w.warm(4);
    w.run_for(50ms);
    w.lose_context();
    BOOST_TEST(all->completions == 0U);
}

BOOST_AUTO_TEST_CASE(it_is_waited_for_as_calls_are) {
    warm_world w;
    auto const all = w.warm(4);
    bool idle = false;
    w.core->wait_idle([&](error_code) { idle = true; });
    w.run_for(99ms);
    BOOST_TEST(!idle);
    w.run_for(1ms);
    check(*all, {});
    w.run_for(0s);
    BOOST_TEST(idle);
}

// Also where it is cancelled, while its dials go on for others.
BOOST_AUTO_TEST_CASE(nobody_waits_for_one_that_was_cancelled) {
    warm_world w;
    auto const gone = w.warm(4);
    bool idle = false;
    w.core->wait_idle([&](error_code) { idle = true; });
    w.run_for(50ms);
    gone->signal.emit(cancellation_type::terminal);
    BOOST_TEST(!idle);
    w.run_for(0s);
    check(*gone, errc::cancelled);
    BOOST_TEST(idle);
}

// No number of connections can be had where none lives long enough.
BOOST_AUTO_TEST_CASE(one_that_asks_for_more_than_can_live_at_a_time_ends) {
    warm_world w;
    w.config.pool.max_lifetime = 1ms;
    w.config.pool.max_handshakes = 2;
    auto const all = w.warm(6);
    w.run_for(10s);
    check(*all, {});
    BOOST_TEST(w.net.dialed == 6U);
    BOOST_TEST(w.net.live_streams == 0U);
}

// --- kept connections

BOOST_AUTO_TEST_CASE(so_many_are_kept_however_long_they_are_idle) {
    warm_world w;
    w.config.pool.min_connections = 3;
    w.config.pool.max_lifetime = unlimited;
    w.run_until_done(*w.stop(0));
    BOOST_TEST(w.net.live_streams == 3U);  // the first call opens them
    std::vector<std::shared_ptr<started>> calls;
    for (std::size_t i = 0; i < 8; ++i)
        calls.push_back(w.stop(i));
    w.run_for(10s);
    BOOST_TEST(w.net.live_streams == 8U);
    w.run_for(30s);
    BOOST_TEST(w.net.live_streams == 3U);
    w.run_for(24h);
    BOOST_TEST(w.net.live_streams == 3U);
    BOOST_TEST(w.net.dialed == 8U);
    auto const late = w.stop(9);
    w.run_for(1s);
    BOOST_TEST(late->result.outcome == outcome::stopped);
    BOOST_TEST((late->result.spent.connect == 0s));
}

BOOST_AUTO_TEST_CASE(none_are_kept_by_default) {
    warm_world w;
    auto const all = w.warm(5);
    w.run_for(100ms);
    check(*all, {});
    w.run_for(30s - 1ms);
    BOOST_TEST(w.net.live_streams == 5U);
    w.run_for(1ms);
    BOOST_TEST(w.net.live_streams == 0U);
}

BOOST_AUTO_TEST_CASE(one_whose_time_is_over_is_replaced) {
    warm_world w;
    w.config.pool.min_connections = 2;
    w.config.pool.max_lifetime = 10min;
    auto const all = w.warm();
    w.run_for(10min);
    BOOST_TEST(w.net.dialed == 2U);
    w.run_for(200ms);
    BOOST_TEST(w.net.dialed == 4U);
    BOOST_TEST(w.net.live_streams == 2U);
    w.run_for(1h);
    BOOST_TEST(w.net.live_streams == 2U);
    BOOST_TEST(w.net.dialed == 2U * 7);
}

// What ends at once is not opened again and again for nobody.
BOOST_AUTO_TEST_CASE(one_that_ends_as_it_begins_is_replaced_by_the_next_call_only) {
    warm_world w;
    w.config.pool.min_connections = 1;
    w.config.pool.max_lifetime = 1ms;
    for (std::size_t i = 1; i <= 5; ++i) {
        auto const call = w.stop(i);
        w.run_for(1h);
        BOOST_TEST(call->result.outcome == outcome::stopped);
        BOOST_TEST(w.net.dialed <= 2 * i);
    }
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_replaced_is_tried_by_the_next_call) {
    warm_world w;
    w.config.pool.min_connections = 2;
    w.config.pool.max_lifetime = 1min;
    auto const all = w.warm();
    w.run_for(1min);
    w.fail_dials(phase::connect, errc::connect_failed);
    w.run_for(10s);
    BOOST_TEST(w.net.live_streams == 0U);
    std::size_t const tried = w.net.dialed;
    BOOST_TEST(tried <= 4U);
    w.run_for(24h);
    BOOST_TEST(w.net.dialed == tried);
    w.net.dials = nullptr;
    w.run_until_done(*w.stop(0));
    w.run_for(1s);
    BOOST_TEST(w.net.live_streams == 2U);
}

BOOST_AUTO_TEST_CASE(a_shutdown_closes_what_is_kept) {
    warm_world w;
    w.config.pool.min_connections = 4;
    auto const all = w.warm();
    w.run_for(1s);
    auto const end = w.shut_down({});
    w.run();  // nothing is left to do
    BOOST_TEST(w.net.live_streams == 0U);
    BOOST_TEST(w.net.dialed == 4U);
}

BOOST_AUTO_TEST_CASE(more_than_there_may_be_is_refused) {
    world w;
    w.config.pool.max_connections = 4;
    w.config.pool.min_connections = 5;
    BOOST_CHECK_EXCEPTION(w.open(), config_error,
                          [](config_error const& e) { return e.field() == "pool.min_connections"; });
    w.config.pool.min_connections = 4;
    w.config.pool.max_idle = 3;
    BOOST_CHECK_EXCEPTION(w.open(), config_error,
                          [](config_error const& e) { return e.field() == "pool.min_connections"; });
}

BOOST_AUTO_TEST_SUITE_END()
