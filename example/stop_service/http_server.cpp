// SPDX-License-Identifier: BSL-1.0
#include "http_server.hpp"

#include "log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>

#include <exception>
#include <string>
#include <utility>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace stop_service {

namespace {

constexpr std::chrono::milliseconds breath{100};  // after a failure, which will mostly be one for want of descriptors

}  // namespace

http_server::http_server(asio::io_context& context, options const& o, api& answers)
    : context_(context),
      api_(answers),
      most_(o.max_connections),
      acceptor_(context, tcp::endpoint(asio::ip::make_address(o.address), o.port)) {}

void http_server::start() {
    asio::co_spawn(context_, accept(), rethrow);
}

void http_server::stop() {
    oms::error_code ignored;
    acceptor_.close(ignored);
    departures_.notify();
    for (http_session* const each : sessions_)
        each->end_when_idle();
}

asio::awaitable<void> http_server::finish(std::chrono::steady_clock::duration at_most) {
    auto const end = std::chrono::steady_clock::now() + at_most;
    while (!sessions_.empty() && std::chrono::steady_clock::now() < end)
        co_await departures_.wait(end - std::chrono::steady_clock::now());
    cut();
}

void http_server::cut() {
    for (http_session* const each : sessions_)
        each->cut();
}

asio::awaitable<void> http_server::accept() {
    while (acceptor_.is_open()) {
        if (sessions_.size() >= most_) {
            co_await departures_.wait(std::chrono::hours(1));
            continue;
        }
        auto accepted = co_await acceptor_.async_accept(use_tuple);
        auto& [code, socket] = accepted;
        if (!code) {
            asio::co_spawn(context_, serve(std::move(socket)), rethrow);
        } else if (acceptor_.is_open()) {
            log_line("a connection could not be accepted: " + code.message());
            co_await departures_.wait(breath);
        }
    }
}

asio::awaitable<void> http_server::serve(tcp::socket socket) {
    http_session session(std::move(socket), api_);
    auto const place = sessions_.insert(sessions_.end(), &session);
    try {
        co_await session.run();
    } catch (std::exception const& e) {
        log_line(std::string("a connection was given up: ") + e.what());
    }
    sessions_.erase(place);
    departures_.notify();
}

}  // namespace stop_service
