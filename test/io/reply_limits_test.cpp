// SPDX-License-Identifier: BSL-1.0
//
// How much of a reply is taken, and what becomes of a body that says nothing
// to us.
#include "client/reading.hpp"
#include "io/harness/report.hpp"
#include "wire/operation.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

// A header of so many bytes, and no body.
std::string reply_with_header_of(std::size_t size) {
    std::string const before = "HTTP/1.1 200 OK\r\nX-Large: ";
    std::string const behind = "\r\nContent-Length: 0\r\n\r\n";
    return before + std::string(size - before.size() - behind.size(), 'x') + behind;
}

// A refusal whose body has so many bytes.
std::string refusal_of(std::size_t size) {
    std::string const before = R"({"error_code":"OMS.0066","error_msg":")";
    std::string const behind = R"("})";
    return reply_text(400, before + std::string(size - before.size() - behind.size(), 'x') + behind);
}

struct answered_world : world {
    explicit answered_world(std::string bytes) {
        config.retry.max_attempts = 1;
        net.server = [bytes = std::move(bytes)](request const&) {
            answer a;
            a.bytes = bytes;
            return a;
        };
    }
    std::shared_ptr<started> run_one() {
        auto const call = stop(0);
        run_until_done(*call);
        return call;
    }
    /// The connection is kept for the next call.
    bool reusable() const { return net.live_streams == 1; }
};

// What a reading of a list brought, unparsed.
struct page_text {
    std::string body;
    stop_result call;
};

struct reading_world : answered_world {
    using answered_world::answered_world;

    unsigned completions = 0;
    error_code code;
    page_text page;

    void read() {
        open();
        auto keep = [](std::string_view body, page_text& out) {
            out.body = body;
            return error_code();
        };
        detail::reading<page_text, decltype(keep)>::start(
            *core,
            [this](error_code ec, page_text p) {
                ++completions;
                code = ec;
                page = std::move(p);
            },
            keep, sync_task("p", {}), wire::list_operation(task_kind::sync_task), {}, nullptr, nullptr);
        run_for(1s);
        BOOST_TEST(completions == 1U);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reply_limits)

BOOST_AUTO_TEST_CASE(a_header_up_to_its_limit) {
    for (std::size_t const limit : {std::size_t{1024}, std::size_t{10'000}, limit_options().header}) {
        for (std::size_t const size : {limit / 2, limit}) {
            answered_world w(reply_with_header_of(size));
            w.config.limits.header = limit;
            auto const call = w.run_one();
            BOOST_TEST(!call->code, size << " of " << limit << ": " << show(*call));
            BOOST_TEST(w.reusable());
        }
        answered_world w(reply_with_header_of(limit + 64));  // the ends of its lines may not count
        w.config.limits.header = limit;
        auto const call = w.run_one();
        BOOST_TEST(call->code == error_code(errc::header_too_large), limit << ": " << show(*call));
        BOOST_TEST(call->result.outcome == outcome::unknown);  // whatever was done, it did not say so
        BOOST_TEST(!w.reusable());
    }
}

// The status decides, also where the body goes beyond the limit.
BOOST_AUTO_TEST_CASE(a_body_of_an_error_up_to_its_limit) {
    for (std::size_t const limit : {std::size_t{1024}, std::size_t{10'000}, limit_options().error_body}) {
        answered_world whole(refusal_of(limit));
        whole.config.limits.error_body = limit;
        auto const understood = whole.run_one();
        BOOST_TEST(understood->code == service_error(66), limit << ": " << show(*understood));
        BOOST_TEST(whole.reusable());

        answered_world beyond(refusal_of(limit + 1));
        beyond.config.limits.error_body = limit;
        auto const cut = beyond.run_one();
        BOOST_TEST(cut->code != error_code());
        BOOST_TEST(cut->result.http_status == 400U);
        BOOST_TEST(cut->result.outcome != outcome::unknown, limit << ": " << show(*cut));
        BOOST_TEST(cut->result.details().body.size() == std::min(limit, std::size_t{4096}));
        BOOST_TEST(!beyond.reusable());
    }
}

BOOST_AUTO_TEST_CASE(a_list_up_to_its_limit) {
    for (std::size_t const limit : {std::size_t{1024}, std::size_t{100'000}, limit_options().list_body}) {
        reading_world whole(reply_text(200, std::string(limit, 'x')));
        whole.config.limits.list_body = limit;
        whole.config.limits.error_body = 1024;  // not the one that counts
        whole.read();
        BOOST_TEST(!whole.code, whole.code.message());
        BOOST_TEST(whole.page.body.size() == limit);
        BOOST_TEST(whole.reusable());

        reading_world beyond(reply_text(200, std::string(limit + 1, 'x')));
        beyond.config.limits.list_body = limit;
        beyond.read();
        BOOST_TEST(beyond.code == error_code(errc::body_too_large), beyond.code.message());
        BOOST_TEST(!beyond.reusable());
    }
}

// Nobody asked for a coding: what comes so is kept as it is, and the status speaks.
BOOST_AUTO_TEST_CASE(a_compressed_body_of_an_error_is_not_read) {
    std::string const gzip("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\x4a\x2d\x2a\xca\x2f\x8a\x4f\xce", 20);
    for (auto const& [status, belief] : {std::pair(403, outcome::refused), std::pair(502, outcome::unknown)}) {
        answered_world w(reply_text(static_cast<unsigned>(status), gzip, "Content-Encoding: gzip\r\n"));
        auto const call = w.run_one();
        BOOST_TEST(call->code == http_error(status), show(*call));
        BOOST_TEST(call->result.outcome == belief);
        BOOST_TEST(call->result.error_code.empty());
        BOOST_TEST(call->result.error_message == (status == 403 ? "Forbidden" : "Bad Gateway"));
        BOOST_TEST(call->result.details().body == gzip);
        BOOST_TEST(w.reusable());
        BOOST_TEST(w.net.ledger.at(0).request.find("Accept-Encoding") == std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
