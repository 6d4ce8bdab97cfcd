// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_PEER_SETTINGS_HPP
#define OMS_HTTP2_PEER_SETTINGS_HPP

/// @file
/// What a peer has said in SETTINGS (RFC 9113, section 6.5).

#include "http2/flow_window.hpp"
#include "http2/frame.hpp"
#include "http2/header_coding.hpp"

#include <oms/detail/export.hpp>

#include <cstdint>
#include <limits>
#include <string_view>

namespace oms::http2 {

inline constexpr std::uint32_t no_limit = std::numeric_limits<std::uint32_t>::max();

struct OMS_DECL peer_settings {
    std::uint32_t header_table_size = default_table_size;
    std::uint32_t smallest_table_size = default_table_size;  ///< In the SETTINGS that were taken last.
    bool push = false;                                       ///< It has said so.
    std::uint32_t max_streams = no_limit;
    std::uint32_t initial_window = default_window;
    std::uint32_t frame_size = default_frame_size;
    std::uint32_t header_list_size = no_limit;

    /// Takes the payload of SETTINGS, one after the other.
    /// @return `no_error`, or what is wrong with it.
    reason apply(std::string_view payload) noexcept;

private:
    reason apply(setting_id id, std::uint32_t value) noexcept;
};

}  // namespace oms::http2

#endif
