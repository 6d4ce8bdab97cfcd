// SPDX-License-Identifier: BSL-1.0
#include "http2/peer_settings.hpp"

#include <algorithm>

namespace oms::http2 {

reason peer_settings::apply(std::string_view payload) noexcept {
    if (payload.size() % setting_size != 0) return reason::frame_size_error;
    smallest_table_size = header_table_size;
    for (; !payload.empty(); payload.remove_prefix(setting_size)) {
        auto const id = static_cast<setting_id>(read_u16(payload.data()));
        reason const wrong = apply(id, read_u32(payload.data() + 2));
        if (wrong != reason::no_error) return wrong;
    }
    return reason::no_error;
}

reason peer_settings::apply(setting_id id, std::uint32_t value) noexcept {
    switch (id) {
        case setting_id::header_table_size:
            header_table_size = value;
            smallest_table_size = std::min(smallest_table_size, value);
            break;
        case setting_id::enable_push:
            if (value > 1) return reason::protocol_error;
            push = value == 1;
            break;
        case setting_id::max_concurrent_streams:
            max_streams = value;
            break;
        case setting_id::initial_window_size:
            if (value > max_window) return reason::flow_control_error;
            initial_window = value;
            break;
        case setting_id::max_frame_size:
            if (value < default_frame_size || value > largest_frame_size) return reason::protocol_error;
            frame_size = value;
            break;
        case setting_id::max_header_list_size:
            header_list_size = value;
            break;
        default:
            break;  // of a later standard
    }
    return reason::no_error;
}

}  // namespace oms::http2
