// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_CREDENTIAL_CHECK_HPP
#define OMS_AUTH_CREDENTIAL_CHECK_HPP

/// @file
/// What of a credential no request may carry.

#include <oms/credentials.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oms::auth {

/// What is wrong with a part of a credential.
struct credential_fault {
    enum class kind : std::uint8_t {
        missing,
        too_long,
        ends_with_line_end,
        bad_character,
        separator,  ///< Of the signature's own text.
    };

    std::string_view part;  ///< Its name in `credential`.
    kind what = kind::missing;
    std::size_t at = 0;  ///< Of the bad character, or how many there are.
    unsigned char byte = 0;

    /// For people: holds nothing of the credential.
    std::string reason() const;
};

/// The first fault; none: it can be sent.
std::optional<credential_fault> fault_of(credential const& value) noexcept;

/// @throws config_error  names the part, and what probably made it so
void require_sendable(credential const& value);

}  // namespace oms::auth

#endif
