// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_FLOW_WINDOW_HPP
#define OMS_HTTP2_FLOW_WINDOW_HPP

/// @file
/// How much may still be sent on a stream or a connection (RFC 9113, section 5.2).

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace oms::http2 {

inline constexpr std::int64_t max_window = 0x7FFF'FFFF;
inline constexpr std::uint32_t default_window = 65'535;

/// May be below 0: where the peer has made all windows smaller.
class flow_window {
public:
    explicit flow_window(std::int64_t left = default_window) noexcept : left_(left) {}

    /// So many bytes, at most `wanted`.
    std::size_t room(std::size_t wanted) const noexcept {
        return left_ <= 0 ? 0 : std::min(wanted, static_cast<std::size_t>(left_));
    }
    /// @return whether it held so much.
    bool take(std::size_t size) noexcept {
        if (static_cast<std::int64_t>(size) > left_) return false;
        left_ -= static_cast<std::int64_t>(size);
        return true;
    }
    /// @return whether it is within what a window may be.
    bool grow(std::int64_t by) noexcept {
        left_ += by;
        return left_ <= max_window;
    }

private:
    std::int64_t left_;
};

/// What was received and is not given back to the sender yet. It is given back in large pieces.
class received_window {
public:
    explicit received_window(std::uint32_t size) noexcept : size_(size), left_(size) {}

    /// @return whether the peer kept to it.
    bool take(std::size_t size) noexcept { return left_.take(size); }
    /// The increment to tell the peer, where it is time; 0: not yet.
    std::uint32_t give_back() noexcept {
        auto const used = size_ - static_cast<std::uint32_t>(left_.room(size_));
        if (used < size_ / 2) return 0;
        left_.grow(used);
        return used;
    }

private:
    std::uint32_t size_;
    flow_window left_;
};

}  // namespace oms::http2

#endif
