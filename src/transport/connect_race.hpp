// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_CONNECT_RACE_HPP
#define OMS_TRANSPORT_CONNECT_RACE_HPP

// Connects to the first of several addresses that answers (RFC 8305): the
// next is tried as soon as one fails, or has not answered for a quarter of a
// second; the losers are closed.

#include "transport/name_cache.hpp"
#include "transport/process_socket.hpp"

#include <oms/error.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <vector>

namespace oms::transport {

/// IPv6 and IPv4 by turns, each family in the order given, the first one's first.
address_list interleave(address_list const& addresses);

class connect_race : public std::enable_shared_from_this<connect_race> {
public:
    using strand = boost::asio::strand<boost::asio::any_io_executor>;
    using handler = std::function<void(error_code, process_socket)>;

    static constexpr std::chrono::milliseconds head_start{250};

    /// All functions and the handler run on the strand; the socket is of the strand's inner executor.
    connect_race(strand s, address_list addresses, std::uint16_t port);

    void start(handler done);
    void abandon() noexcept;

private:
    using socket_list = std::list<process_socket>;

    void next();
    void connected(socket_list::iterator at, error_code ec);
    void finish(error_code ec, process_socket socket);
    void close_all() noexcept;

    strand strand_;
    address_list const addresses_;
    std::uint16_t const port_;
    std::size_t started_ = 0;
    socket_list racing_;
    boost::asio::steady_timer timer_;
    error_code last_;
    handler done_;
};

}  // namespace oms::transport

#endif
