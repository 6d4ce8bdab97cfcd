// SPDX-License-Identifier: BSL-1.0
//
// `Retry-After` as a date of a server whose clock is not ours: what counts is how far it is from the reply's own date.
#include "io/harness/bulk.hpp"
#include "io/harness/report.hpp"

#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

// Four seconds, by clocks an hour behind ours, in step, and ahead. Ours says 2026-01-01 00:00:00 at first.
std::vector<std::string> const four_seconds{
    "Date: Wed, 31 Dec 2025 23:00:00 GMT\r\nRetry-After: Wed, 31 Dec 2025 23:00:04 GMT\r\n",
    "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nRetry-After: Thu, 01 Jan 2026 00:00:04 GMT\r\n",
    "Retry-After: Thu, 01 Jan 2026 01:00:04 GMT\r\nDate: Thu, 01 Jan 2026 01:00:00 GMT\r\n",
    "Date: Thu Jan  1 01:00:00 2026\r\nRetry-After: Thursday, 01-Jan-26 01:00:04 GMT\r\n",
    "Retry-After: 4\r\nDate: Thu, 01 Jan 2026 01:00:00 GMT\r\n",
    "Retry-After: 3.2\r\n",
};

// So that the full parser reads it, too.
std::string in_chunks(unsigned status, std::string const& headers) {
    return "HTTP/1.1 " + std::to_string(status) + " Reason\r\n" + headers +
           "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(server_clock)

BOOST_AUTO_TEST_CASE(a_call_is_repeated_when_the_server_means) {
    for (std::string const& headers : four_seconds) {
        for (unsigned const status : {408U, 429U, 500U, 502U, 503U, 504U}) {
            for (bool const chunked : {false, true}) {
                world w;
                w.net.server = [&](request const& r) {
                    if (r.number > 0) return after(0ms, reply_text(200));
                    return after(0ms, chunked ? in_chunks(status, headers) : reply_text(status, "busy", headers));
                };
                auto const call = w.stop(0);
                w.run_until_done(*call);
                BOOST_TEST(!call->code, headers << show(*call));
                BOOST_TEST(w.net.ledger.size() == 2U);
                // A pace that is learnt may add to it.
                BOOST_TEST((w.time.elapsed() >= 4s && w.time.elapsed() < 5s), headers << show(*call));
                BOOST_TEST((call->result.details().retry_after == 4s));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_bulk_goes_on_when_the_server_means) {
    for (std::string const& headers : four_seconds) {
        bulk_world w;
        w.options.max_in_flight = 20;
        w.options.max_in_flight_per_project = unlimited;
        w.net.server = [&](request const&) {
            if (w.time.elapsed() < 4s) return after(0ms, error_text(429, "APIGW.0308", "x", headers));
            return after(5ms, reply_text(200));
        };
        BOOST_TEST(w.stop_each(tasks_of(20, 1)).stopped == 20U, headers);
        BOOST_TEST(!w.code);
        for (auto const& [task, each] : w.results) {
            BOOST_TEST((each.at >= 4s));
            BOOST_TEST((each.at < 30s), headers);
        }
    }
}

// What is too long by its own clock is too long.
BOOST_AUTO_TEST_CASE(a_date_that_is_too_far_ends_the_call) {
    world w;
    w.net.server = [](request const&) {
        return after(0ms, reply_text(503, {},
                                     "Date: Thu, 01 Jan 2026 01:00:00 GMT\r\n"
                                     "Retry-After: Thu, 01 Jan 2026 01:01:00 GMT\r\n"));
    };
    auto const call = w.stop(0);
    w.run_until_done(*call);
    BOOST_TEST(call->code == http_error(503), show(*call));
    BOOST_TEST((w.time.elapsed() < 1s));
}

BOOST_AUTO_TEST_SUITE_END()
