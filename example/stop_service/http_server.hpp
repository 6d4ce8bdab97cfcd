// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_HTTP_SERVER_HPP
#define STOP_SERVICE_HTTP_SERVER_HPP

// Connections: accepted as long as there is room, and ended in good order.

#include "api.hpp"
#include "http_session.hpp"
#include "options.hpp"
#include "waiters.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <list>

namespace stop_service {

class http_server {
public:
    /// Listens, and lets those who come wait until `start`.
    /// @throws boost::system::system_error
    http_server(boost::asio::io_context& context, options const& o, api& answers);
    http_server(http_server const&) = delete;
    http_server& operator=(http_server const&) = delete;

    boost::asio::ip::tcp::endpoint where() const { return acceptor_.local_endpoint(); }
    void start();

    /// No more connections; those that are there end after their answer.
    void stop();
    /// Waits until they have ended, at most so long, and then cuts the rest.
    boost::asio::awaitable<void> finish(std::chrono::steady_clock::duration at_most);
    /// Ends them at once.
    void cut();

private:
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);

    boost::asio::io_context& context_;
    api& api_;
    std::size_t most_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::list<http_session*> sessions_;
    waiters departures_;
};

}  // namespace stop_service

#endif
