// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_DOORS_HPP
#define OMS_TESTING_DOORS_HPP

// Where connections come in: sockets, or memory. Closes everything when it goes.

#include "testing/gateway.hpp"

#include <cstdint>

namespace oms::testing {

class doors {
public:
    doors() = default;
    doors(doors const&) = delete;
    doors& operator=(doors const&) = delete;
    virtual ~doors() = default;

    virtual std::uint16_t port(region const& where) const = 0;
    /// Whether who connects is refused. The port stays ours.
    virtual void refuse(region const& where, bool refused) = 0;
};

}  // namespace oms::testing

#endif
