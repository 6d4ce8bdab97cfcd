// SPDX-License-Identifier: BSL-1.0
#include "http_session.hpp"

#include "coroutine.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <tuple>

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace stop_service {

namespace {

constexpr std::uint32_t longest_header = 8 * 1024;
constexpr std::chrono::seconds idle_limit{60};   // until a request's header is here
constexpr std::chrono::seconds body_limit{30};   // and then its body
constexpr std::chrono::seconds write_limit{30};  // an answer is taken
constexpr std::chrono::seconds close_limit{2};

// What a request is answered that could not be read; 0: nothing, for there was none, or nobody listens any more.
unsigned status_of(oms::error_code const& code) {
    if (code == http::error::body_limit) return 413;
    if (code == http::error::header_limit) return 431;
    bool const quiet = code == http::error::end_of_stream || code == http::error::partial_message;
    bool const malformed = code.category() == http::make_error_code(http::error::bad_method).category();
    return malformed && !quiet ? 400 : 0;
}

}  // namespace

void http_session::end_when_idle() {
    ending_ = true;
    if (idle_) stream_.cancel();
}

void http_session::cut() {
    ending_ = true;
    stream_.close();
}

asio::awaitable<void> http_session::run() {
    bool more = true;
    while (more && !ending_) {
        oms::error_code const code = co_await read();
        unsigned const status = status_of(code);
        if (!code) {
            more = co_await serve();
        } else if (status != 0) {
            more = co_await write(refusal(status, code.message()), false);
        } else {
            more = false;
        }
    }
    co_await close();
}

asio::awaitable<oms::error_code> http_session::read() {
    parser_.emplace();
    parser_->header_limit(longest_header);
    parser_->body_limit(longest_body);
    stream_.expires_after(idle_limit);
    idle_ = true;
    auto const head = co_await http::async_read_header(stream_, buffer_, *parser_, use_tuple);
    idle_ = false;
    if (std::get<0>(head)) co_return std::get<0>(head);
    stream_.expires_after(body_limit);
    auto const body = co_await http::async_read(stream_, buffer_, *parser_, use_tuple);
    co_return std::get<0>(body);
}

// Whether another one may follow.
asio::awaitable<bool> http_session::serve() {
    request const& asked = parser_->get();
    std::optional<std::string> job = api::job_of_events(asked);
    if (job) {
        std::optional<response> refused = co_await api_.serve_events(stream_, asked, std::move(*job));
        if (refused) co_await write(std::move(*refused), false);
        co_return false;
    }
    response made = co_await api_.answer(asked);
    bool const keep = asked.keep_alive() && !ending_;
    co_return co_await write(std::move(made), keep);
}

asio::awaitable<bool> http_session::write(response made, bool keep) {
    made.version(parser_->get().version());
    made.keep_alive(keep);
    made.prepare_payload();
    stream_.expires_after(write_limit);
    auto const written = co_await http::async_write(stream_, made, use_tuple);
    co_return !std::get<0>(written) && keep;
}

// A socket that is closed with something unread resets the connection, and the peer may lose the answer: so first the
// peer is told that nothing more comes, and heard out for a moment.
asio::awaitable<void> http_session::close() {
    oms::error_code code;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, code);
    stream_.expires_after(close_limit);
    for (std::uint64_t heard = 0; !code && heard < longest_body;) {
        buffer_.clear();
        auto const got = co_await stream_.async_read_some(buffer_.prepare(16 * std::size_t{1024}), use_tuple);
        code = std::get<0>(got);
        heard += std::get<1>(got);
    }
    stream_.close();
}

}  // namespace stop_service
