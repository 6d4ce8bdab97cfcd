// SPDX-License-Identifier: BSL-1.0
//
// The same over TLS: every read, write and wait of the socket below it fails
// in every way, those of the handshakes among them.
#include "io/fault_schedule.hpp"
#include "io/harness/secure_dialer.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

#include <string>
#include <utility>
#include <vector>

using namespace oms;
using namespace oms::scripted;

namespace {

namespace error = boost::asio::error;

// What an operation of a socket can end with. Nothing that a dial's other phases do is one.
std::vector<fault> const& socket_faults_of(operation what) {
    constexpr auto ends = [](error_code const& code, std::size_t takes) { return fault{code, takes}; };
    static std::vector<fault> const write{ends(error::connection_reset, 0),   ends(error::connection_reset, 1),
                                          ends(error::connection_reset, all), ends(error::broken_pipe, 0),
                                          ends(error::timed_out, 100),        ends(error::operation_aborted, 0),
                                          ends(error::bad_descriptor, 0),     ends(error::would_block, 0),
                                          ends(error::would_block, 7),        ends({}, 1)};
    static std::vector<fault> const read{ends(error::connection_reset, 0),
                                         ends(error::timed_out, 0),
                                         ends(error::eof, 0),
                                         ends(error::operation_aborted, 0),
                                         ends(error::bad_descriptor, 0),
                                         ends(error::would_block, 0),
                                         ends({}, 1)};
    static std::vector<fault> const wait{ends({}, 0),    // it ends for nothing
                                         ends({}, all),  // never
                                         ends(error::operation_aborted, 0), ends(error::connection_reset, 0),
                                         ends(error::bad_descriptor, 0)};
    static std::vector<fault> const none;
    switch (what) {
        case operation::write:
            return write;
        case operation::read:
            return read;
        case operation::wait:
            return wait;
        default:
            return none;
    }
}

std::function<void(world&)> over_tls(int version, std::size_t piece = all) {
    return [=](world& w) {
        secure_options options;
        options.version = version;
        options.line.piece = piece;
        secure(w.net, options);
    };
}

// By a proxy that speaks TLS, too: TLS inside TLS.
std::function<void(world&)> by_a_proxy(int version, std::size_t piece = all) {
    return [=](world& w) {
        secure_options options;
        options.version = version;
        options.line.piece = piece;
        options.proxy = tunnel_reply;
        secure(w.net, options);
    };
}

// No connection is used twice: every one but the first resumes a session.
scenario reconnecting() {
    scenario s;
    s.name = "answered on a resumed session";
    s.warm = true;
    s.arrange = [](world& w) {
        w.net.server = [](request const&) {
            answer a;
            a.bytes = reply_text(200, {}, "Connection: close\r\n");
            return a;
        };
    };
    return s;
}

std::vector<scenario> short_ones() {
    std::vector<scenario> some{reconnecting()};
    for (scenario const& s : scenarios()) {
        if (s.paired) some.push_back(s);
    }
    return some;
}

std::vector<scenario> shortest_ones() {
    return {scenarios()[0], scenarios()[1], reconnecting()};
}

constexpr int versions[] = {TLS1_3_VERSION, TLS1_2_VERSION};

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_faults)

BOOST_AUTO_TEST_CASE(every_operation_of_the_socket_fails) {
    sweep_report report("each operation below TLS fails");
    for (int const version : versions) {
        fault_sweep sweep(report, socket_faults_of, over_tls(version));
        for (scenario const& s : version == TLS1_3_VERSION ? short_ones() : shortest_ones()) {
            extent const undisturbed = sweep.try_one(s);
            if (s.name == reconnecting().name) BOOST_TEST(undisturbed.resumed);
            sweep.fail_everywhere(s, undisturbed);
        }
    }
    BOOST_TEST(report.tried() > 1500U);
}

// Records that come in parts, so that there are more steps at which to fail.
BOOST_AUTO_TEST_CASE(every_operation_fails_where_records_come_in_pieces) {
    sweep_report report("each operation below TLS fails, in pieces");
    for (int const version : versions) {
        fault_sweep sweep(report, socket_faults_of, over_tls(version, 300));
        for (scenario const& s : shortest_ones())
            sweep.fail_everywhere(s, sweep.try_one(s));
    }
}

// The proxy's handshake, its reply to CONNECT, the endpoint's handshake and the exchange.
BOOST_AUTO_TEST_CASE(every_operation_fails_below_tls_inside_tls) {
    sweep_report report("each operation below TLS inside TLS fails");
    for (int const version : versions) {
        fault_sweep sweep(report, socket_faults_of, by_a_proxy(version));
        for (scenario const& s : version == TLS1_3_VERSION ? short_ones() : shortest_ones()) {
            extent const undisturbed = sweep.try_one(s);
            if (s.name == reconnecting().name) BOOST_TEST(undisturbed.resumed);
            sweep.fail_everywhere(s, undisturbed);
        }
    }
    BOOST_TEST(report.tried() > 1500U);
}

BOOST_AUTO_TEST_CASE(every_operation_fails_where_nested_records_come_in_pieces) {
    sweep_report report("each operation below TLS inside TLS fails, in pieces");
    fault_sweep sweep(report, socket_faults_of, by_a_proxy(TLS1_3_VERSION, 300));
    for (scenario const& s : shortest_ones())
        sweep.fail_everywhere(s, sweep.try_one(s));
}

BOOST_AUTO_TEST_CASE(cancelled_before_every_step_of_tls_inside_tls) {
    sweep_report report("cancelled before each step over TLS inside TLS");
    fault_sweep sweep(report, socket_faults_of, by_a_proxy(TLS1_3_VERSION));
    for (scenario const& s : short_ones())
        sweep.cancel_everywhere(s, {}, sweep.try_one(s).steps);
}

BOOST_AUTO_TEST_CASE(cancelled_before_every_step) {
    sweep_report report("cancelled before each step over TLS");
    fault_sweep sweep(report, socket_faults_of, over_tls(TLS1_3_VERSION));
    for (scenario const& s : short_ones())
        sweep.cancel_everywhere(s, {}, sweep.try_one(s).steps);
}

BOOST_AUTO_TEST_SUITE_END()
