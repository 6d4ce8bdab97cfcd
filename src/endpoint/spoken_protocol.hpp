// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_ENDPOINT_SPOKEN_PROTOCOL_HPP
#define OMS_ENDPOINT_SPOKEN_PROTOCOL_HPP

/// @file
/// What an endpoint speaks, as far as its connections have shown.

#include "transport/protocol.hpp"

#include <oms/config.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>

namespace oms::endpoint {

class spoken_protocol {
public:
    /// As long as nobody knows, one connection may turn out to carry what many would be opened for.
    static constexpr std::size_t dials_while_unknown = 4;

    explicit spoken_protocol(http_version wanted) noexcept : wanted_(wanted) {
        if (wanted == http_version::http_1_1) known_ = transport::protocol::http_1_1;
    }

    /// What the next dial offers.
    transport::alpn offer() const noexcept {
        switch (wanted_) {
            case http_version::http_1_1:
                return transport::alpn::none;
            case http_version::http_2:
                return transport::alpn::http_2;
            case http_version::automatic:
                break;
        }
        return transport::alpn::either;
    }

    /// A dial that began before HTTP/2 was refused may still bring it, and teaches nothing.
    void learn(transport::protocol of_new_connection) noexcept {
        if (wanted_ != http_version::http_1_1) known_ = of_new_connection;
    }
    /// The endpoint wants HTTP/1.1, which is what it gets from now on where nobody has forbidden it.
    void refuse_http_2() noexcept {
        if (wanted_ == http_version::automatic) *this = spoken_protocol(http_version::http_1_1);
    }

    bool http_2() const noexcept { return known_ == transport::protocol::http_2; }

    std::size_t dials_at_once(std::size_t most) const noexcept {
        return known_ ? most : std::min(most, dials_while_unknown);
    }
    /// So many connections do so many calls need.
    std::size_t connections_for(std::size_t calls, std::size_t streams) const noexcept {
        if (!http_2()) return calls;
        return calls / streams + (calls % streams != 0 ? 1 : 0);
    }

private:
    http_version wanted_;
    std::optional<transport::protocol> known_;
};

}  // namespace oms::endpoint

#endif
