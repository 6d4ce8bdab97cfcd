// SPDX-License-Identifier: BSL-1.0
//
// Calls by way of a proxy that is spoken to by TLS: what it can do to them, at every byte and in every phase.
#include "io/harness/report.hpp"
#include "io/harness/secure_dialer.hpp"
#include "io/harness/world.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace oms;
using namespace oms::scripted;
using namespace std::chrono_literals;

namespace {

secure_options proxied(std::string reply = tunnel_reply) {
    secure_options options;
    options.proxy = std::move(reply);
    return options;
}

void never_repeat(world& w) {
    w.config.retry.classify = [](failed_try const&) { return retry_verdict::give_up; };
}

std::shared_ptr<started> stop_by(world& w, secure_options const& options) {
    w.config.timeouts.connect = 5s;
    w.config.timeouts.handshake = 6s;
    w.config.timeouts.attempt = 30s;
    never_repeat(w);
    w.net.server = [](request const&) {  // a record more than one
        answer a;
        a.bytes = reply_text(200);
        a.cuts = {20};
        return a;
    };
    secure(w.net, options);
    auto const call = w.stop();
    w.run_until_done(*call);
    BOOST_TEST(call->completions == 1U);
    return call;
}

// How the call ends where so many bytes arrive of what the proxy sends, until it succeeds. (How many the handshakes
// have differs by a few: their signatures are of different lengths.)
void at_every_byte(ending end, std::size_t step, std::function<bool(started const&, phase in)> const& as_it_should) {
    std::map<phase, std::size_t> met;
    for (std::size_t most = 0;; most += step) {
        BOOST_REQUIRE(most < 20'000U);
        world w;
        secure_options options = proxied();
        options.line.most = most;
        options.line.end = end;
        auto const call = stop_by(w, options);
        if (!call->code) break;
        phase const in = call->result.phase;
        ++met[in];
        BOOST_TEST(as_it_should(*call, in), most << " " << show(*call) << " " << call->result.cause);
    }
    BOOST_TEST(met.size() == 4U);
    for (phase const each : {phase::proxy, phase::handshake, phase::first_byte, phase::body})
        BOOST_TEST(met[each] > 0U, to_string(each));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(https_proxies)

BOOST_AUTO_TEST_CASE(cut_at_every_byte) {
    for (ending const end : {ending::unclean, ending::reset}) {
        at_every_byte(end, end == ending::unclean ? 1 : 5, [](started const& call, phase in) {
            bool const sent = in == phase::first_byte || in == phase::body;
            if (call.result.outcome != (sent ? outcome::unknown : outcome::not_sent)) return false;
            if (in == phase::proxy) return call.code == errc::proxy_failed && bool(call.result.cause);
            if (in == phase::handshake) return call.code == errc::handshake_truncated;
            return sent && call.code == condition::connection_failed;
        });
    }
}

// The proxy's handshake and its reply are bounded together.
BOOST_AUTO_TEST_CASE(silent_from_every_byte_on) {
    at_every_byte(ending::none, 9, [](started const& call, phase in) {
        switch (in) {
            case phase::proxy:
                return call.code == errc::proxy_timeout && call.result.elapsed == duration(5s);
            case phase::handshake:
                return call.code == errc::handshake_timeout && call.result.elapsed == duration(6s);
            case phase::first_byte:
                return call.code == errc::first_byte_timeout && call.result.outcome == outcome::unknown;
            default:
                return call.code == errc::body_timeout && call.result.outcome == outcome::unknown;
        }
    });
}

BOOST_AUTO_TEST_CASE(its_reply_is_read_as_any_proxys) {
    struct reply {
        std::string text;
        errc code;
        error_code cause;
    };
    for (auto const& each :
         {reply{"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", errc::proxy_auth_required,
                error_code(407, http_category())},
          reply{"HTTP/1.1 503 Busy\r\n\r\n", errc::proxy_failed, error_code(503, http_category())},
          reply{"SSH-2.0-OpenSSH_9.2\r\n", errc::proxy_failed, errc::malformed_reply},
          reply{std::string(40'000, 'x'), errc::proxy_failed, errc::malformed_reply},
          reply{"HTTP/1.1 200 OK\r\nX: " + std::string(40'000, 'x'), errc::proxy_failed, errc::header_too_large},
          reply{"HTTP/1.1 200 OK\r\n\r\n\x16\x03", errc::proxy_failed, errc::malformed_reply}}) {
        BOOST_TEST_CONTEXT(each.text.substr(0, 30)) {
            world w;
            auto const call = stop_by(w, proxied(each.text));
            BOOST_TEST(call->code == error_code(each.code), show(*call));
            BOOST_TEST(call->result.cause == each.cause, call->result.cause.message());
            BOOST_TEST(call->result.outcome == outcome::not_sent);
            BOOST_TEST(w.net.ledger.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(anothers_certificate_ends_all_that_wait_and_names_the_proxy) {
    world w;
    secure_options options = proxied();
    options.proxy_host = "other.test";
    secure(w.net, options);
    w.config.pool.max_handshakes = 1;
    std::vector<std::shared_ptr<started>> calls;
    for (std::size_t i = 0; i < 100; ++i)
        calls.push_back(w.stop(i));
    w.run_for(1h);
    for (auto const& call : calls) {
        BOOST_TEST(call->completions == 1U);
        BOOST_TEST(call->code == error_code(errc::proxy_failed), show(*call));
        BOOST_TEST((call->code == condition::proxy_failed && call->code != condition::tls_failed));
        BOOST_TEST(call->result.cause == error_code(errc::certificate_host_mismatch));
        BOOST_TEST(call->result.outcome == outcome::not_sent);
        BOOST_TEST(call->result.details().connection.find("other.test:443") != std::string::npos,
                   call->result.details().connection);
    }
    BOOST_TEST(w.net.dialed == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
