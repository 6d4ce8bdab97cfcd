// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_LEDGER_CHAOS_PROXY_HPP
#define OMS_TEST_LEDGER_CHAOS_PROXY_HPP

// What a bad network does to a connection, at the level of TCP, between a client and a server on loopback.

#include "io/harness/dice.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>

namespace oms::ledger_test {

enum class disturbance : std::uint8_t {
    none,
    reset,       ///< Both sides, in the place of a record.
    half_close,  ///< A FIN behind a record; nothing more is passed on in its direction.
    delay,
    cut_fin,    ///< A FIN in the middle of a record.
    cut_reset,  ///< A reset in the middle of a record.
    drip,       ///< A record in small pieces.
    duplicate,  ///< Some of its bytes twice.
    flip,       ///< One bit.
    stall,      ///< Nothing more is passed on in its direction, and nothing is closed.
};
inline constexpr std::size_t disturbances = 10;

std::string_view to_string(disturbance value) noexcept;

/// What a connection is doing when it is disturbed.
enum class moment : std::uint8_t { handshake, request, reply };
inline constexpr std::size_t moments = 3;

struct chaos_options {
    std::uint16_t target = 0;  ///< A port of 127.0.0.1.
    std::uint64_t seed = 1;
    std::size_t one_exchange_in = 40;   ///< Is disturbed, in its request or its reply.
    std::size_t one_handshake_in = 50;  ///< Likewise.
    /// Told the length of each record with which a client's request begins, as soon as its header is there.
    std::function<void(std::size_t)> on_request;
};

/// Passes connections on to the target, in a thread of its own, and disturbs some of them once it is told to.
class chaos_proxy {
public:
    explicit chaos_proxy(chaos_options options);
    ~chaos_proxy();
    chaos_proxy(chaos_proxy const&) = delete;
    chaos_proxy& operator=(chaos_proxy const&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    void begin() noexcept { disturbs_ = true; }
    std::size_t count(disturbance what, moment when) const noexcept {
        return counts_[static_cast<std::size_t>(what)][static_cast<std::size_t>(when)];
    }

private:
    using counters = std::array<std::array<std::atomic<std::size_t>, moments>, disturbances>;
    using tcp = boost::asio::ip::tcp;
    struct link;
    struct way;

    boost::asio::awaitable<void> listen();
    boost::asio::awaitable<void> serve(tcp::socket client);
    boost::asio::awaitable<void> carry(std::shared_ptr<link> on, bool upward);
    boost::asio::awaitable<void> disturb(disturbance what, link& on, way& along, std::string_view record);
    static boost::asio::awaitable<void> pass(way& along, std::string_view record);
    boost::asio::awaitable<void> drip(tcp::socket& to, std::string_view record);
    boost::asio::awaitable<void> wait(std::size_t at_most_milliseconds);
    void plan_handshake(link& on);
    disturbance choose(link& on, bool upward, bool request);
    disturbance draw();

    chaos_options const options_;
    scripted::dice dice_;
    std::atomic<bool> disturbs_ = false;
    counters counts_{};
    boost::asio::io_context context_{1};
    tcp::acceptor acceptor_;
    std::uint16_t const port_;
    std::jthread thread_;  // begins last
};

}  // namespace oms::ledger_test

#endif
