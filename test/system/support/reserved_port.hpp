// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_RESERVED_PORT_HPP
#define OMS_TEST_SYSTEM_RESERVED_PORT_HPP

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>

namespace oms::test {

/// A port of loopback that stays a server's own while the server is away: it
/// refuses connections then, and neither another server nor a connection gets it.
class reserved_port {
public:
    reserved_port() : holder_(context_, boost::asio::ip::tcp::v4()) {
        holder_.set_option(
            boost::asio::ip::tcp::acceptor::reuse_address(true));  // for the server, which asks for it, too
        holder_.bind({boost::asio::ip::address_v4::loopback(), 0});
    }

    std::uint16_t number() const { return holder_.local_endpoint().port(); }

private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor holder_;  // bound, and never listens
};

}  // namespace oms::test

#endif
