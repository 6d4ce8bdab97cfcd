// SPDX-License-Identifier: BSL-1.0
#include "transport/local_end.hpp"

#include <cerrno>
#include <cstddef>

#ifdef __linux__
#    include <net/if.h>
#    include <sys/socket.h>
#endif

namespace oms::transport {

namespace {

#ifdef SO_BINDTODEVICE
constexpr std::size_t longest_name = IFNAMSIZ - 1;

error_code leave_by(boost::asio::ip::tcp::socket& socket, std::string const& interface) noexcept {
    int const done = ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_BINDTODEVICE, interface.data(),
                                  static_cast<socklen_t>(interface.size()));
    return done == 0 ? error_code() : error_code(errno, boost::system::system_category());
}
#else
constexpr std::size_t longest_name = 0;

error_code leave_by(boost::asio::ip::tcp::socket&, std::string const&) noexcept {
    return error_code(ENOTSUP, boost::system::system_category());
}
#endif

}  // namespace

void local_end::bind(boost::asio::ip::tcp::socket& socket, error_code& ec) const {
    ec.clear();
    if (!interface.empty()) ec = leave_by(socket, interface);
    if (!ec && address) socket.bind({*address, 0}, ec);
}

std::size_t longest_interface_name() noexcept {
    return longest_name;
}

}  // namespace oms::transport
