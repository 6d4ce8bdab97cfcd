// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_HTTP_SESSION_HPP
#define STOP_SERVICE_HTTP_SESSION_HPP

// One connection: request, answer, and the next one.

#include "api.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>
#include <utility>

namespace stop_service {

class http_session {
public:
    http_session(boost::asio::ip::tcp::socket socket, api& answers) : stream_(std::move(socket)), api_(answers) {}
    http_session(http_session const&) = delete;
    http_session& operator=(http_session const&) = delete;

    /// Until one of the two has enough.
    boost::asio::awaitable<void> run();

    /// Ends it after the answer that is under way; at once where none is.
    void end_when_idle();
    /// Ends it at once.
    void cut();

private:
    boost::asio::awaitable<oms::error_code> read();
    boost::asio::awaitable<bool> serve();
    boost::asio::awaitable<bool> write(response made, bool keep);
    boost::asio::awaitable<void> close();

    boost::beast::tcp_stream stream_;
    boost::beast::flat_buffer buffer_;
    std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;  // of this request
    api& api_;
    bool idle_ = false;    // nothing of a request is here
    bool ending_ = false;  // no other is read
};

}  // namespace stop_service

#endif
