// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_CONNECT_RACE_HPP
#define OMS_TRANSPORT_CONNECT_RACE_HPP

// Connects to the first of several addresses that answers (RFC 8305): the
// next is tried as soon as one fails, or has not answered for a quarter of a
// second; the losers are closed. Those that are to be the last have no part in
// that: they are gone to where none of the others answered.

#include "transport/local_end.hpp"
#include "transport/name_cache.hpp"
#include "transport/process_socket.hpp"
#include "transport/strand.hpp"

#include <oms/error.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <vector>

namespace oms::transport {

/// IPv6 and IPv4 by turns, each family in the order given, the first one's first.
address_list interleave(address_list const& addresses);

class connect_race : public std::enable_shared_from_this<connect_race> {
public:
    using handler = std::function<void(error_code, process_socket)>;

    /// All functions and the handler run on it; the socket is of their inner executor.
    /// @param last  Of the addresses: those to go to where no other one answers.
    /// @param from  Addresses of a family that it does not reach are gone to only where there are no others.
    connect_race(strand s, address_list const& addresses, std::uint16_t port, address_list const& last = {},
                 local_end from = {});

    /// @param begun  Called for each address that is gone to.
    void start(handler done, std::function<void()> begun = nullptr);
    void abandon() noexcept;

    /// Those that were gone to and have not failed; the winner alone, once there is one.
    address_list under_way() const;
    address_list const& failed() const noexcept { return failed_; }

private:
    struct racer {
        process_socket socket;
        boost::asio::ip::address address;
    };
    using socket_list = std::list<racer>;

    void next();
    template <class Work>
    void step(Work&& work);
    void connected(socket_list::iterator at, error_code ec);
    void finish(error_code ec, process_socket socket);
    void close_all() noexcept;

    strand strand_;
    address_list addresses_;  // in the order in which they start
    std::size_t first_ = 0;   // so many have no others to wait for
    std::uint16_t const port_;
    local_end const from_;
    std::size_t started_ = 0;
    socket_list racing_;
    address_list failed_;
    std::optional<boost::asio::ip::address> winner_;
    boost::asio::steady_timer timer_;
    error_code last_error_;
    handler done_;
    std::function<void()> begun_;
};

}  // namespace oms::transport

#endif
