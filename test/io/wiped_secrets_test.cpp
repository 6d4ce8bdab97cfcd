// SPDX-License-Identifier: BSL-1.0
//
// What is given back, on the heap and on the stack, holds no piece of a secret.
#include "auth/http_fetch.hpp"
#include "auth/temporary_key.hpp"
#include "call/start_body.hpp"
#include "io/harness/virtual_time.hpp"
#include "io/harness/watched_memory.hpp"
#include "system/temporary_directory.hpp"
#include "transport/http1_connection.hpp"
#include "wire/digest.hpp"
#include "wire/proxy_url.hpp"
#include "wire/request.hpp"
#include "wire/secure_zero.hpp"
#include "wire/signature.hpp"

#include <oms/credentials.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace oms;
using namespace oms::scripted;
using namespace oms::transport;

namespace {

// Pieces of the secret in what the work gives back.
template <class Work>
std::size_t left_by(disguised const& secret, Work work) {
    watched_memory const watch(secret);
    work();
    return watch.left();
}

// A reply, read in pieces: of the secret `<` is the first half, `>` the other.
class telling_stream final : public stream {
public:
    telling_stream(disguised const& secret, std::vector<std::string_view> pieces)
        : secret_(secret), pieces_(std::move(pieces)) {}

    std::size_t read_some(std::span<char> into, error_code& ec) noexcept override {
        if (!asked_ || at_ == pieces_.size()) {
            ec = boost::asio::error::would_block;
            return 0;
        }
        ec.clear();
        std::size_t size = 0;
        for (char const c : pieces_[at_++]) {
            bool const half = c == '<' || c == '>';
            std::size_t const from = c == '>' ? disguised::size / 2 : 0;
            for (std::size_t i = 0; half && i < disguised::size / 2; ++i)
                into[size++] = secret_[from + i];
            if (!half) into[size++] = c;
        }
        asked_ = false;  // one at a time
        return size;
    }
    void write(std::string_view, error_code& ec) noexcept override {
        ec.clear();
        asked_ = true;
    }
    void flush(error_code& ec) noexcept override { ec.clear(); }
    bool handed_over() const noexcept override { return true; }
    bool has_unread() const noexcept override { return false; }
    void async_wait(readiness, std::shared_ptr<stream_user> user) override { user_ = std::move(user); }
    void trim() noexcept override {}
    void close(bool) noexcept override {}

    /// Whether somebody waited.
    bool go_on() {
        auto const user = std::exchange(user_, nullptr);
        if (!user || at_ == pieces_.size()) return false;
        asked_ = true;
        user->on_ready(readiness::read, {});
        return true;
    }
    void forget() { user_.reset(); }

private:
    disguised const& secret_;
    std::vector<std::string_view> const pieces_;
    std::size_t at_ = 0;
    bool asked_ = false;
    std::shared_ptr<stream_user> user_;
};

// Sees whether the reply has the secret whole, and keeps nothing of it.
struct reading_owner final : connection_owner {
    explicit reading_owner(disguised const& s) : secret(s) {}
    void on_reply(exchange&, reply const& r) override {
        for (std::string_view const text : {r.body, r.subject_token}) {
            for (std::size_t at = 0; at + disguised::size <= text.size(); ++at) {
                std::size_t same = 0;
                while (same < disguised::size && text[at + same] == secret[same])
                    ++same;
                seen = seen || same == disguised::size;
            }
        }
    }
    void on_drained(connection&) override {}
    void on_exchange_failed(exchange&, exchange_failure const&) override {}
    void on_idle_closed(connection&, error_code const&) override {}

    disguised const& secret;
    bool seen = false;
};

// A sanitizer saves registers in frames of its own. The program of memory tests has this suite without one.
#ifdef __SANITIZE_ADDRESS__
constexpr bool stack_is_ours = false;
#else
constexpr bool stack_is_ours = true;
#endif

struct traces {
    std::size_t heap = 0;
    std::size_t stack = 0;
};

[[gnu::noinline]] void read_reply(disguised const& secret, std::vector<std::string_view> const& pieces,
                                  bool confidential, bool lenient) {
    auto made = std::make_unique<telling_stream>(secret, pieces);
    telling_stream& stream = *made;
    auto const owner = std::make_shared<reading_owner>(secret);
    auto const c = std::make_shared<http1_connection>(std::move(made), owner);
    auto const x = c->offer();
    x->request = "GET / HTTP/1.1\r\n\r\n";
    x->header_limit = x->body_limit = 64 * 1024;
    x->confidential = confidential;
    x->lenient = lenient;
    BOOST_TEST(x->start());
    while (stream.go_on()) {
    }
    BOOST_TEST(owner->seen);
    stream.forget();
}

traces traces_of(disguised const& secret, std::vector<std::string_view> const& pieces, bool confidential = true,
                 bool lenient = false) {
    traces found;
    fill_stack();
    found.heap = left_by(secret, [&] { read_reply(secret, pieces, confidential, lenient); });
    found.stack = pieces_on_stack(secret);
    return found;
}

void check_traces(disguised const& secret, std::vector<std::string_view> const& pieces) {
    for (bool const lenient : {false, true}) {
        auto const found = traces_of(secret, pieces, true, lenient);
        BOOST_TEST(found.heap == 0u);
        if (stack_is_ours) BOOST_TEST(found.stack == 0u);
    }
}

[[gnu::noinline]] bool take_short_token(disguised const& text) {
    std::string token(15, '\0');
    for (std::size_t i = 0; i < token.size(); ++i)
        token[i] = text[i];
    bool const taken = !credential::from_token(std::move(token)).token.empty();
    wire::secure_zero(token.data(), 15);
    return taken;
}

[[gnu::noinline]] bool take_short_password(disguised const& text) {
    std::string url = "socks5://user:";
    url.reserve(64);
    for (std::size_t i = 0; i < 15; ++i)
        url += text[i];
    url += "@proxy.example";
    std::string reason;
    bool const good = wire::parse_proxy_url(url, reason).has_value();
    wire::wipe(url);
    return good;
}

// One connection, which answers with the secret.
struct answering_dialer final : dialer {
    struct nothing final : dial {
        void abandon() noexcept override {}
    };
    explicit answering_dialer(disguised const& s) : secret(s) {}
    std::shared_ptr<dial> start(std::uint64_t id, dial_target const&, std::shared_ptr<dial_user> user) override {
        std::vector<std::string_view> const pieces{"HTTP/1.1 201 Created\r\nX-Subject-Token: <",
                                                   ">\r\nContent-Length: 40\r\n\r\n<", ">"};
        auto made = std::make_unique<telling_stream>(secret, pieces);
        line = made.get();
        dial_result result;
        result.connected = std::move(made);
        user->on_dialed(id, std::move(result));
        return std::make_shared<nothing>();
    }
    disguised const& secret;
    telling_stream* line = nullptr;
};

[[gnu::noinline]] void fetch_once(disguised const& secret) {
    boost::asio::io_context io;
    virtual_time time;
    auto const by = std::make_shared<answering_dialer>(secret);
    auth::http_fetcher::ways ways;
    ways.secure = by;
    ways.make_clock = [&] { return time.make_clock(); };
    auth::http_fetcher const fetcher(std::move(ways), "test");
    auth::fetch_request request;
    request.to.host = request.to.host_header = "iam.test";
    request.head = "POST /v3/auth/tokens HTTP/1.1\r\nX-Auth-Token: ";
    request.head.reserve(request.head.size() + disguised::size + 2);
    request.body.reserve(disguised::size);
    for (std::size_t i = 0; i < disguised::size; ++i) {
        request.head += secret[i];
        request.body += secret[i];
    }
    request.head += "\r\n";
    bool answered = false;
    auto const fetch = fetcher.start(io.get_executor(), std::move(request), [&](auth::fetch_result const& got) {
        answered = got.body.reveal().size() == disguised::size && got.body == got.subject_token;
    });
    io.poll();
    BOOST_REQUIRE(by->line != nullptr);
    while (by->line->go_on()) {
    }
    by->line->forget();
    io.restart();
    io.poll();
    BOOST_TEST(answered);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wiped_secrets)

BOOST_AUTO_TEST_CASE(the_search_finds_what_is_left) {
    disguised const secret(11);
    BOOST_TEST(left_by(secret, [&] { secret.text(); }) == 1u);
    BOOST_TEST(left_by(secret, [&] { static_cast<void>(secret.text().substr(20)); }) == 2u);
    BOOST_TEST(left_by(secret, [&] {
                   std::string text = secret.text();
                   wire::wipe(text);
               }) == 0u);
    auto const found =
        traces_of(secret, {"HTTP/1.1 200 OK\r\nContent-Length: 40\r\nX-Subject-Token: <>\r\n\r\n<>"}, false);
    if (stack_is_ours) BOOST_TEST(found.stack > 0u);
    BOOST_TEST(found.heap > 0u);
}

// Of every size about the pieces that it is done in: what lies behind it stays.
BOOST_AUTO_TEST_CASE(wiping_ends_where_it_should) {
    for (std::size_t const size : {0U, 1U, 7U, 1023U, 1024U, 1025U, 2048U, 3000U}) {
        std::string text(size + 1, 'x');
        wire::secure_zero(text.data(), size);
        BOOST_TEST(text == std::string(size, '\0') + 'x');
    }
}

BOOST_AUTO_TEST_CASE(a_secret_goes_whole) {
    disguised const text(12);
    BOOST_TEST(left_by(text, [&] { secret const one(text.text()); }) == 0u);
    BOOST_TEST(left_by(text, [&] {
                   secret one(text.text());
                   secret two(one);
                   secret three(std::move(one));
                   one = two;
                   two = secret("another");
                   BOOST_TEST((one == three));
                   BOOST_TEST((two.reveal() == "another"));
                   three = {};
                   BOOST_TEST(three.empty());
               }) == 0u);
}

BOOST_AUTO_TEST_CASE(so_does_a_credential) {
    disguised const text(13);
    BOOST_TEST(left_by(text, [&] {
                   auto const value = credential::from_token(text.text());
                   auto const copy = value;
                   BOOST_TEST((copy == value));
               }) == 0u);
    BOOST_TEST(left_by(text, [&] { credential::from_keys("AK", text.text(), text.text()); }) == 0u);
    BOOST_TEST(left_by(text, [&] { token_credentials(text.text()); }) == 0u);
    BOOST_TEST(left_by(text, [&] { key_credentials("AK", text.text(), text.text()); }) == 0u);
    BOOST_TEST(left_by(text, [&] { key_credentials("AK", text.text(), text.text(), key_options()); }) == 0u);
}

BOOST_AUTO_TEST_CASE(and_what_is_written_of_them) {
    disguised const text(14);
    BOOST_TEST(left_by(text, [&] {
                   start_keys const keys("AK", text.text(), "AK", text.text());
                   secret const body = call::write_start_body(keys);
                   BOOST_TEST(body.reveal().find("dst_sk") != std::string_view::npos);
               }) == 0u);
    BOOST_TEST(left_by(text, [&] {
                   std::string url = "socks5://user:" + text.text() + "@proxy.example";
                   std::string reason;
                   BOOST_TEST(wire::parse_proxy_url(url, reason).has_value());
                   wire::wipe(url);
               }) == 1u);  // the one that was appended to
}

BOOST_AUTO_TEST_CASE(a_signer_takes_all_of_it_along) {
    disguised const text(15);
    for (auto const algorithm : {wire::sign_algorithm::sdk_hmac_sha256, wire::sign_algorithm::v11_hmac_sha256}) {
        BOOST_TEST(left_by(text, [&] {
                       std::string token = text.text();
                       wire::signer by(algorithm, {"AK", token, token}, {"cn-north-4", "oms"});
                       wire::wipe(token);
                       std::string request;
                       request.reserve(2000);
                       for (std::string const& path : {std::string("/v2/p/tasks"), "/v2/p/" + std::string(4000, 't')}) {
                           request.clear();
                           by.append_headers(request, {"POST", path, "", "oms.example", "p"}, {});
                       }
                       wire::wipe(request);
                   }) == 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_request_grows_over_none) {
    disguised const text(16);
    BOOST_TEST(left_by(text, [&] {
                   secret const token(text.text());
                   wire::authority to;
                   to.host = to.host_header = "oms.example";
                   wire::request_template const requests(to, "agent");
                   task_ref const task("p", "t");
                   wire::request_line const line{wire::method::post, wire::path_of::task, "/tasks", "/stop"};
                   wire::request_head head(line, task);
                   head.token = token.reveal();
                   std::string const extra(3000, 'e');
                   head.extra = extra;
                   std::string out;
                   requests.append(out, head);
                   wire::wipe(out);
               }) == 0u);
}

BOOST_AUTO_TEST_CASE(a_key_is_parsed_and_gone) {
    disguised const text(17);
    BOOST_TEST(left_by(text, [&] {
                   std::string body;
                   body.reserve(512);
                   body += R"({"credential":{"access":"AK","secret":")";
                   std::string key = text.text();
                   body.append(key).append(R"(","securitytoken":")").append(key);
                   wire::wipe(key);
                   body += R"(","expires_at":"2030-01-01T00:00:00Z"}})";
                   BOOST_TEST(auth::parse_temporary_key(body).has_value());
                   wire::wipe(body);
               }) == 0u);
}

BOOST_AUTO_TEST_CASE(a_confidential_reply_leaves_nothing) {
    disguised const secret(18);
    check_traces(secret, {"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n<>"});
    check_traces(secret, {"HTTP/1.1 201 Created\r\nX-Subject-Token: <>\r\nContent-Length: 0\r\n\r\n"});
    check_traces(secret, {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n28\r\n<>\r\n0\r\n\r\n"});
    check_traces(secret,
                 {"HTTP/1.1 201 Created\r\nX-Subject-Token: <>\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"});
}

BOOST_AUTO_TEST_CASE(nor_does_one_that_comes_in_pieces) {
    disguised const secret(19);
    std::string const filler(3000, 'f');
    check_traces(secret, {"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n<", ">"});
    check_traces(secret, {"HTTP/1.1 201 Created\r\nX-Subject-Token: <", ">\r\nContent-Length: 3000\r\n\r\n", filler});
    check_traces(secret, {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n<\r\n", "14\r\n>\r\n", "bb8\r\n",
                          filler, "\r\n0\r\n\r\n"});
    check_traces(
        secret, {"HTTP/1.1 201 Created\r\nX-Subject-Token: <", ">\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\n\r\n"});
    std::string const more = ">\r\nX-More: " + filler + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    check_traces(secret, {"HTTP/1.1 201 Created\r\nX-Subject-Token: <", more});
}

// Short text lies in a string itself, so where that is: on the stack.
BOOST_AUTO_TEST_CASE(a_short_token_is_gone_from_the_stack) {
    disguised const text(20);
    fill_stack();
    bool const taken = take_short_token(text);
    auto const of_a_token = pieces_on_stack(text);
    fill_stack();
    bool const parsed = take_short_password(text);
    auto const of_a_url = pieces_on_stack(text);
    BOOST_TEST(taken);
    BOOST_TEST(parsed);
    if (stack_is_ours) BOOST_TEST(of_a_token == 0u);
    if (stack_is_ours) BOOST_TEST(of_a_url == 0u);
}

BOOST_AUTO_TEST_CASE(a_log_in_leaves_nothing_of_its_request_and_its_answer) {
    disguised const secret(21);
    fill_stack();
    auto const on_heap = left_by(secret, [&] { fetch_once(secret); });
    auto const on_stack = pieces_on_stack(secret);
    BOOST_TEST(on_heap == 0u);
    if (stack_is_ours) BOOST_TEST(on_stack == 0u);
}

BOOST_AUTO_TEST_CASE(nor_does_a_file_that_is_read) {
    disguised const text(22);
    oms::test::temporary_directory const place;
    std::string const path = place.file("credentials");
    {
        std::string key = text.text();
        std::ofstream(path) << "[basic]\nak = AK\nsk = " << key << '\n';
        wire::wipe(key);
    }
    BOOST_TEST(left_by(text, [&] {
                   auto const source = profile_credentials(path);
                   bool given = false;
                   source->async_get({},
                                     credential_handler([&](error_code code, credential const&) { given = !code; }));
                   BOOST_TEST(given);
               }) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
