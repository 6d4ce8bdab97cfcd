// SPDX-License-Identifier: BSL-1.0
#include "auth/credential_check.hpp"

#include "wire/validate.hpp"

#include <oms/config.hpp>

#include <algorithm>

namespace oms::auth {

namespace {

using kind = credential_fault::kind;

constexpr std::size_t most_of_a_secret_key = 1024;

bool is_line_end(char c) noexcept {
    return c == '\n' || c == '\r';
}
bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
bool is_visible(char c) noexcept {
    return c > ' ' && c <= '~';
}

template <class Allowed>
std::optional<credential_fault> fault_in(std::string_view part, std::string_view text, std::size_t most,
                                         Allowed allowed) noexcept {
    if (text.empty()) return credential_fault{part};
    if (text.size() > most) return credential_fault{part, kind::too_long, text.size()};
    auto const bad = std::find_if_not(text.begin(), text.end(), allowed);
    if (bad == text.end()) return std::nullopt;
    auto const at = static_cast<std::size_t>(bad - text.begin());
    bool const last = std::all_of(bad, text.end(), is_line_end);
    return credential_fault{part, last ? kind::ends_with_line_end : kind::bad_character, at,
                            static_cast<unsigned char>(*bad)};
}

std::optional<credential_fault> fault_in(std::string_view part, std::string_view text) noexcept {
    return fault_in(part, text, wire::max_token, is_visible);
}

// What a derived key is for is a part of the signature's own text.
std::optional<credential_fault> fault_in_scope(std::string_view part, std::string_view text) noexcept {
    if (auto fault = fault_in(part, text)) return fault;
    auto const at = text.find_first_of("/,");
    if (at == std::string_view::npos) return std::nullopt;
    return credential_fault{part, kind::separator, at, static_cast<unsigned char>(text[at])};
}

std::optional<credential_fault> fault_of_keys(credential const& value) noexcept {
    if (auto fault = fault_in("access_key", value.access_key)) return fault;
    // A secret key goes into no header, but a line end in it is a mistake that would lock the key.
    if (auto fault = fault_in("secret_key", value.secret_key.reveal(), most_of_a_secret_key,
                              [](char c) { return !is_control(c); })) {
        return fault;
    }
    if (!value.security_token.empty()) {
        if (auto fault = fault_in("security_token", value.security_token.reveal())) return fault;
    }
    if (value.algorithm != signing::v11_hmac_sha256) return std::nullopt;
    if (auto fault = fault_in_scope("signing_region", value.signing_region)) return fault;
    return fault_in_scope("signing_service", value.signing_service);
}

}  // namespace

std::optional<credential_fault> fault_of(credential const& value) noexcept {
    switch (value.type) {
        case credential::kind::token:
            return fault_in("token", value.token.reveal());
        case credential::kind::key_pair:
            return fault_of_keys(value);
        case credential::kind::none:
            break;
    }
    return credential_fault{"type"};
}

std::string credential_fault::reason() const {
    switch (what) {
        case kind::missing:
            return "is empty; is the variable or file that it comes from set?";
        case kind::too_long:
            return "has " + std::to_string(at) + " characters, which is more than a request may carry";
        case kind::ends_with_line_end:
            return "ends with a line end, as text that was read from a file does; cut it off";
        case kind::separator:
            return "holds a '" + std::string(1, static_cast<char>(byte)) +
                   "', which separates the parts of a signature";
        case kind::bad_character:
            break;
    }
    std::string const where = " at character " + std::to_string(at + 1);
    if (is_line_end(static_cast<char>(byte)))
        return "holds a line end" + where + "; is it two values, or a whole file?";
    if (byte == ' ') return "holds a blank" + where + "; is it quoted or copied with something else?";
    if (byte >= 0x80) return "holds a character that is not ASCII" + where;
    return "holds a control character" + where;
}

void require_sendable(credential const& value) {
    if (auto const fault = fault_of(value)) throw config_error(std::string(fault->part), fault->reason());
}

}  // namespace oms::auth
