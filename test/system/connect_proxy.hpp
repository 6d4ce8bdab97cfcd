// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_CONNECT_PROXY_HPP
#define OMS_TEST_SYSTEM_CONNECT_PROXY_HPP

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace oms::test {

/// How a proxy behaves.
struct proxy_manner {
    enum class then : std::uint8_t { tunnel, wait, close };

    std::string reply = "HTTP/1.1 200 Connection established\r\n\r\n";  ///< To each request.
    bool byte_by_byte = false;
    then after = then::tunnel;   ///< `wait`: until the client hangs up.
    std::string authorization;   ///< What `Proxy-Authorization` must be; else 407. Empty: anything.
    std::string socks_login;     ///< `user:password` that SOCKS must be told. Empty: none is wanted.
    std::string socks_greeting;  ///< What SOCKS answers first, and then hangs up. Empty: as it should.
    unsigned socks_code = 0;     ///< What SOCKS answers to a request; but for 0 there is no tunnel.
};

/// A proxy on loopback, in a thread of its own, that speaks HTTP, and SOCKS 5 to whoever begins so. Whatever host is
/// asked for, its tunnels lead to that port of 127.0.0.1.
class connect_proxy {
public:
    explicit connect_proxy(proxy_manner manner = {});
    ~connect_proxy();
    connect_proxy(connect_proxy const&) = delete;
    connect_proxy& operator=(connect_proxy const&) = delete;

    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    std::uint16_t port() const noexcept { return port_; }

    /// The heads of all requests; of SOCKS `host:port`.
    std::vector<std::string> requests() const;
    /// Waits for so many requests; whether they came within the time.
    bool wait_for_requests(std::size_t count, std::chrono::milliseconds time) const;
    /// Waits for so many clients that hung up before there was a tunnel; whether they did within the time.
    bool wait_for_hang_ups(std::size_t count, std::chrono::seconds time) const;

private:
    boost::asio::awaitable<void> listen();
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket client);
    boost::asio::awaitable<void> serve_socks(boost::asio::ip::tcp::socket& client);
    void note(std::string request);
    boost::asio::awaitable<void> tunnel(boost::asio::ip::tcp::socket& client, std::uint16_t port,
                                        std::string_view reply);
    boost::asio::awaitable<void> answer(boost::asio::ip::tcp::socket& client, std::string_view reply);

    proxy_manner const manner_;
    boost::asio::io_context context_{1};
    boost::asio::ip::tcp::acceptor acceptor_;
    std::uint16_t const port_;

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::vector<std::string> requests_;
    std::size_t hang_ups_ = 0;

    std::jthread thread_;  // begins last
};

}  // namespace oms::test

#endif
