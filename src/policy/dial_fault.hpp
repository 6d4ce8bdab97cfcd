// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_DIAL_FAULT_HPP
#define OMS_POLICY_DIAL_FAULT_HPP

/// @file
/// What a dial that failed says of the address that it went to, and of other dials.

#include <oms/detail/codes.hpp>

#include <cstdint>

namespace oms::policy {

/// In the order of what tells most, the last the most.
enum class dial_fault : std::uint8_t {
    unreachable,  ///< Nobody answered there.
    passing,      ///< The handshake failed, and the next one may not.
    final,        ///< It speaks no TLS, or refused in a way in which it would refuse the next handshake, too.
    unverified,   ///< Its certificate was refused here.
    unknown,      ///< The name does not exist.
    common,       ///< Every other dial would meet it, whatever the address.
};

/// No alert came.
inline constexpr int no_alert = -1;

/// Whether a peer that sends this alert (RFC 8446, section 6; RFC 6066; RFC 7301) is likely to send it again: it
/// speaks of what both sides are set to, not of the moment.
bool is_final_alert(int alert) noexcept;

/// @param code   Of the library; at one address, or of the whole dial.
/// @param cause  What was behind it.
/// @param alert  That the peer sent; or `no_alert`.
dial_fault fault_of(error_code const& code, error_code const& cause, int alert) noexcept;

}  // namespace oms::policy

#endif
