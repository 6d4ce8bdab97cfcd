// SPDX-License-Identifier: BSL-1.0
//
// A connection keeps nothing of a request once it has handed it to its stream.
#include "transport/http1_connection.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

using namespace oms;
using namespace oms::transport;

namespace {

std::string const request = "POST / HTTP/1.1\r\nX-Auth-Token: " + std::string(2000, 't') + "\r\n\r\n";

// Where a stream was shown a request.
struct sight {
    char const* at = nullptr;
    std::size_t size = 0;
    bool was_whole = false;

    bool is_wiped() const {
        return at != nullptr && std::all_of(at, at + size, [](char c) { return c == '\0'; });
    }
};

class watching_stream final : public stream {
public:
    watching_stream(sight& seen, error_code answer) : seen_(seen), answer_(answer) {}

    std::size_t read_some(std::span<char>, error_code& ec) noexcept override {
        ec = boost::asio::error::would_block;
        return 0;
    }
    void write(std::string_view bytes, error_code& ec) noexcept override {
        seen_ = {bytes.data(), bytes.size(), bytes == request};
        ec = answer_;
    }
    void flush(error_code& ec) noexcept override { ec = answer_; }
    bool handed_over() const noexcept override { return false; }
    bool has_unread() const noexcept override { return false; }
    void async_wait(readiness, std::shared_ptr<stream_user>) override {}
    void trim() noexcept override {}
    void close(bool) noexcept override {}

private:
    sight& seen_;
    error_code const answer_;
};

struct nobody final : connection_owner {
    void on_reply(exchange&, reply const&) override {}
    void on_drained(connection&) override {}
    void on_exchange_failed(exchange&, exchange_failure const&) override {}
    void on_idle_closed(connection&, error_code const&) override {}
};

std::shared_ptr<exchange> make(sight& seen, error_code answer) {
    auto c =
        std::make_shared<http1_connection>(std::make_unique<watching_stream>(seen, answer), std::make_shared<nobody>());
    auto x = c->offer();
    x->request = request;
    x->header_limit = x->body_limit = 1024;
    return x;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(connection_secrets)

BOOST_AUTO_TEST_CASE(nothing_is_kept_of_a_request_that_was_sent) {
    // At once, in part, and not at all.
    for (error_code const answer :
         {error_code(), error_code(boost::asio::error::would_block), error_code(boost::asio::error::broken_pipe)}) {
        sight seen;
        auto const x = make(seen, answer);
        BOOST_TEST(x->start());
        BOOST_TEST(seen.was_whole);
        BOOST_TEST(seen.is_wiped(), answer.message());
    }
}

BOOST_AUTO_TEST_CASE(nor_of_one_that_was_not_sent) {
    sight seen;
    auto const x = make(seen, {});
    auto const& waiting = x->request;
    sight const own{waiting.data(), waiting.size(), true};
    BOOST_TEST(!own.is_wiped());
    x->abandon();
    BOOST_TEST(own.is_wiped());
    BOOST_TEST(!x->start());
    BOOST_TEST(seen.at == nullptr);

    auto const late = make(seen, {});
    late->on().close();
    auto const& refused = late->request;
    sight const of_late{refused.data(), refused.size(), true};
    BOOST_TEST(!late->start());
    BOOST_TEST(of_late.is_wiped());
}

BOOST_AUTO_TEST_SUITE_END()
