// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_TCP_LINE_HPP
#define OMS_TESTING_TCP_LINE_HPP

// A line over a socket, in real time.

#include "testing/line.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace oms::testing {

class tcp_line final : public line {
public:
    explicit tcp_line(boost::asio::ip::tcp::socket socket);

    void begin(error_code& ec) override;
    void greet() override {}
    std::size_t read_some(std::span<char> into, error_code& ec) override;
    std::size_t write_some(std::string_view bytes, error_code& ec) override;
    void wait_readable(std::shared_ptr<line_user> user) override;
    void wait_writable(std::shared_ptr<line_user> user) override;
    void finish() override;
    void close(bool reset) override;
    void wake_after(std::chrono::nanoseconds delay, std::shared_ptr<line_user> user, std::uint64_t order) override;
    void forget_wake() override;
    void call(std::shared_ptr<line_user> user) override;

private:
    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;
};

}  // namespace oms::testing

#endif
