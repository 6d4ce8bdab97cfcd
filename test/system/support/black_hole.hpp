// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SUPPORT_BLACK_HOLE_HPP
#define OMS_TEST_SYSTEM_SUPPORT_BLACK_HOLE_HPP

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>

namespace oms::test {

/// An address that takes no connection and refuses none: its queue is full, and nobody empties it.
class black_hole {
public:
    black_hole(boost::asio::io_context& context, char const* address, std::uint16_t port = 0) : acceptor_(context) {
        using boost::asio::ip::tcp;
        tcp::endpoint const here(boost::asio::ip::make_address(address), port);
        acceptor_.open(here.protocol());
        acceptor_.set_option(boost::asio::socket_base::reuse_address(true));
        acceptor_.bind(here);
        acceptor_.listen(0);
        std::size_t connected = 0;
        do {
            BOOST_REQUIRE(callers_.size() < 16);
            connected = connected_;
            callers_.emplace_back(context);
            callers_.back().async_connect(acceptor_.local_endpoint(),
                                          [this](boost::system::error_code ec) { connected_ += ec ? 0 : 1; });
            for (int turn = 0; turn < 20 && connected_ == connected; ++turn)
                context.run_one_for(std::chrono::milliseconds(5));
        } while (connected_ > connected);
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    boost::asio::ip::tcp::acceptor acceptor_;
    std::list<boost::asio::ip::tcp::socket> callers_;
    std::size_t connected_ = 0;
};

}  // namespace oms::test

#endif
