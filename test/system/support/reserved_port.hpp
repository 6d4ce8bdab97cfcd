// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_RESERVED_PORT_HPP
#define OMS_TEST_SYSTEM_RESERVED_PORT_HPP

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <stdexcept>
#include <vector>

namespace oms::test {

/// A port of loopback that stays a simulator's own while it is away, with the two behind it, where its IAM and its
/// metadata service go: they refuse connections then, and neither another server nor a connection gets them.
class reserved_port {
public:
    reserved_port() {
        for (int tries = 0; tries < 100; ++tries) {
            holders_.clear();
            if (hold(0) && hold(number() + 1U) && hold(number() + 2U)) return;
        }
        throw std::runtime_error("no three ports in a row are free");
    }

    std::uint16_t number() const { return holders_.front().local_endpoint().port(); }

private:
    using tcp = boost::asio::ip::tcp;

    // Bound, and never listens.
    bool hold(unsigned port) {
        if (port > 65'535) return false;
        auto& holder = holders_.emplace_back(context_, tcp::v4());
        holder.set_option(tcp::acceptor::reuse_address(true));  // for the server, which asks for it, too
        boost::system::error_code ec;
        holder.bind({boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)}, ec);
        return !ec;
    }

    boost::asio::io_context context_;
    std::vector<tcp::acceptor> holders_;
};

}  // namespace oms::test

#endif
