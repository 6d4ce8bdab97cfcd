// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_LOCAL_END_HPP
#define OMS_TRANSPORT_LOCAL_END_HPP

#include <oms/error.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace oms::transport {

/// Where connections begin on this machine, as far as that is not the system's choice.
struct local_end {
    std::optional<boost::asio::ip::address> address;
    std::string interface;  ///< Empty: any.

    /// Whether what begins there can reach an address of this family.
    bool reaches(boost::asio::ip::address const& to) const noexcept {
        return !address || address->is_v6() == to.is_v6();
    }
    /// Before the socket is connected.
    void bind(boost::asio::ip::tcp::socket& socket, error_code& ec) const;
};

/// How long such a name may be; 0: this system cannot be told an interface.
std::size_t longest_interface_name() noexcept;

}  // namespace oms::transport

#endif
