// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_FLOOD_GUARD_HPP
#define OMS_HTTP2_FLOOD_GUARD_HPP

/// @file
/// Bounds what a peer may send that leads nowhere.

namespace oms::http2 {

/// Counts the frames that bring no stream further: SETTINGS, PING, WINDOW_UPDATE, PRIORITY, empty DATA, what is sent
/// on streams that are over, what is unknown. Each is legal, and cheap to send; a thousand between two exchanges are an
/// attack (RFC 9113, section 10.5).
class flood_guard {
public:
    static constexpr unsigned limit = 1000;

    /// @return whether it may still be taken.
    bool take() noexcept { return ++idle_frames_ <= limit; }
    /// An exchange began or ended.
    void progress() noexcept { idle_frames_ = 0; }

private:
    unsigned idle_frames_ = 0;
};

}  // namespace oms::http2

#endif
