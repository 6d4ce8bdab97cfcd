// SPDX-License-Identifier: BSL-1.0
#include "ledger/chaos_proxy.hpp"

#include "ledger/tls_records.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace oms::ledger_test {

namespace asio = boost::asio;
using asio::use_awaitable;
using boost::system::error_code;

namespace {

// A client's hello aside, which is sent in the clear, and `Finished`, nothing of a handshake that a client says is so
// long.
constexpr std::size_t shortest_request = 300;

template <class Buffer>
asio::awaitable<void> write(asio::ip::tcp::socket& to, Buffer bytes, error_code& ec) {
    co_await asio::async_write(to, bytes, asio::redirect_error(use_awaitable, ec));
}

asio::awaitable<void> write(asio::ip::tcp::socket& to, std::string_view bytes) {
    error_code ec;  // the other way learns it as well
    co_await write(to, asio::buffer(bytes.data(), bytes.size()), ec);
}

void send_reset(asio::ip::tcp::socket& to) {
    error_code ec;
    to.set_option(asio::socket_base::linger(true, 0), ec);
    to.close(ec);
}

void send_fin(asio::ip::tcp::socket& to) {
    error_code ec;
    to.shutdown(asio::socket_base::shutdown_send, ec);
}

}  // namespace

struct chaos_proxy::link {
    link(tcp::socket c, tcp::socket s) : client(std::move(c)), server(std::move(s)) {}

    void reset() {
        send_reset(client);
        send_reset(server);
    }

    tcp::socket client, server;
    bool requested = false;  // the handshake is over
    disturbance in_handshake = disturbance::none;
    std::size_t records_left = 0;  // until then
    disturbance in_reply = disturbance::none;
};

// One direction of a link.
struct chaos_proxy::way {
    tcp::socket& from;
    tcp::socket& to;
    bool upward;
    bool muted = false;  // reads on, and passes nothing on
    tls_records records{};
};

chaos_proxy::chaos_proxy(chaos_options options)
    : options_(std::move(options)),
      dice_(options_.seed),
      acceptor_(context_, {asio::ip::address_v4::loopback(), 0}),
      port_(acceptor_.local_endpoint().port()) {
    asio::co_spawn(context_, listen(), asio::detached);
    thread_ = std::jthread([this] { context_.run(); });
}

chaos_proxy::~chaos_proxy() {
    context_.stop();
    thread_.join();
}

asio::awaitable<void> chaos_proxy::listen() {
    for (;;) {
        error_code ec;
        tcp::socket client = co_await acceptor_.async_accept(asio::redirect_error(use_awaitable, ec));
        if (!ec) asio::co_spawn(context_, serve(std::move(client)), asio::detached);
    }
}

asio::awaitable<void> chaos_proxy::serve(tcp::socket client) {
    error_code ec;
    tcp::socket server(context_);
    co_await server.async_connect({asio::ip::address_v4::loopback(), options_.target},
                                  asio::redirect_error(use_awaitable, ec));
    if (ec) co_return;
    client.set_option(tcp::no_delay(true), ec);
    server.set_option(tcp::no_delay(true), ec);
    auto const on = std::make_shared<link>(std::move(client), std::move(server));
    plan_handshake(*on);
    asio::co_spawn(context_, carry(on, true), asio::detached);
    asio::co_spawn(context_, carry(on, false), asio::detached);
}

// Until the sender ends. A FIN is passed on as one, and a reset too.
asio::awaitable<void> chaos_proxy::carry(std::shared_ptr<link> on, bool upward) {
    auto& from = upward ? on->client : on->server;
    auto& to = upward ? on->server : on->client;
    auto const along = std::make_unique<way>(way{from, to, upward});
    tls_records& records = along->records;
    bool told = false;  // of the record that is coming
    for (;;) {
        if (upward && !told && records.has_header() && records.is_application_data() &&
            records.length() >= shortest_request) {
            told = true;
            if (options_.on_request) options_.on_request(records.length());
        }
        if (records.is_whole()) {
            bool const request = std::exchange(told, false);
            if (request) on->requested = true;
            auto const record = records.take();
            auto const what = along->muted ? disturbance::none : choose(*on, upward, request);
            if (what == disturbance::none) {
                co_await pass(*along, record);
            } else {
                co_await disturb(what, *on, *along, record);
            }
            continue;
        }
        error_code ec;
        std::size_t const size =
            co_await from.async_read_some(records.space(), asio::redirect_error(use_awaitable, ec));
        if (ec && ec != asio::error::eof) co_return on->reset();
        if (ec) break;
        records.received(size);
    }
    co_await pass(*along, records.take());
    send_fin(to);
}

asio::awaitable<void> chaos_proxy::pass(way& along, std::string_view record) {
    if (!along.muted && !record.empty()) co_await write(along.to, record);
}

asio::awaitable<void> chaos_proxy::disturb(disturbance what, link& on, way& along, std::string_view record) {
    std::size_t const place = dice_.between(1, record.size() - 1);
    switch (what) {
        case disturbance::none:
            break;
        case disturbance::reset:
            on.reset();
            break;
        case disturbance::half_close:
            co_await write(along.to, record);
            send_fin(along.to);
            along.muted = true;
            break;
        case disturbance::delay:
            co_await wait(20);
            co_await write(along.to, record);
            break;
        case disturbance::cut_fin:
            co_await write(along.to, record.substr(0, place));
            send_fin(along.to);
            along.muted = true;
            break;
        case disturbance::cut_reset:
            co_await write(along.to, record.substr(0, place));
            if (dice_.one_in(2)) co_await wait(2);  // else what was written is lost, too, most of the time
            on.reset();
            break;
        case disturbance::drip:
            co_await drip(along.to, record);
            break;
        case disturbance::duplicate: {
            std::size_t const count = dice_.between(1, record.size() - place);
            co_await write(along.to, record.substr(0, place + count));
            co_await write(along.to, record.substr(place));
            break;
        }
        case disturbance::flip: {
            std::string changed(record);
            char& byte = changed[dice_.below(changed.size())];
            byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << dice_.below(8)));
            co_await write(along.to, changed);
            break;
        }
        case disturbance::stall:
            along.muted = true;
            break;
    }
}

asio::awaitable<void> chaos_proxy::drip(tcp::socket& to, std::string_view record) {
    std::size_t const piece = record.size() / dice_.between(2, 12) + 1;
    for (; !record.empty(); record.remove_prefix(std::min(piece, record.size()))) {
        co_await write(to, record.substr(0, piece));
        co_await wait(1);
    }
}

asio::awaitable<void> chaos_proxy::wait(std::size_t at_most_milliseconds) {
    error_code ec;
    asio::steady_timer timer(context_);
    timer.expires_after(std::chrono::microseconds(dice_.between(1, at_most_milliseconds * 1000)));
    co_await timer.async_wait(asio::redirect_error(use_awaitable, ec));
}

void chaos_proxy::plan_handshake(link& on) {
    if (!disturbs_ || !dice_.one_in(options_.one_handshake_in)) return;
    on.in_handshake = draw();
    on.records_left = dice_.below(6);  // there are about eight
}

disturbance chaos_proxy::choose(link& on, bool upward, bool request) {
    auto what = disturbance::none;
    auto when = moment::handshake;
    if (!on.requested) {
        if (on.in_handshake != disturbance::none && on.records_left-- == 0) what = std::exchange(on.in_handshake, what);
    } else if (request && disturbs_ && dice_.one_in(options_.one_exchange_in)) {
        if (dice_.one_in(2)) {
            when = moment::request;
            what = draw();
        } else {
            on.in_reply = draw();
        }
    } else if (!upward) {
        when = moment::reply;
        what = std::exchange(on.in_reply, what);
    }
    if (what != disturbance::none) ++counts_[static_cast<std::size_t>(what)][static_cast<std::size_t>(when)];
    return what;
}

disturbance chaos_proxy::draw() {
    return static_cast<disturbance>(dice_.between(1, disturbances - 1));
}

std::string_view to_string(disturbance value) noexcept {
    static constexpr std::array<std::string_view, disturbances> names{
        "none",         "reset", "half-close",       "delay",       "cut by FIN",
        "cut by reset", "drip",  "duplicated bytes", "flipped bit", "stall"};
    return names.at(static_cast<std::size_t>(value));
}

}  // namespace oms::ledger_test
