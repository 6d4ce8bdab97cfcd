// SPDX-License-Identifier: BSL-1.0
#include "http2/header_block.hpp"

#include "wire/digest.hpp"

namespace oms::http2 {

void header_block::begin(frame const& headers, std::string_view fragment) {
    bytes_.clear();
    too_large_ = false;
    frames_ = 1;
    end_stream_ = headers.has(flag::end_stream);
    keep(fragment);
    stream_ = headers.stream;
}

bool header_block::add(frame const& continuation) {
    if (continuation.type != frame_type::continuation || continuation.stream != stream_) return false;
    if (++frames_ > most_frames) return false;
    keep(continuation.payload);
    return true;
}

void header_block::keep(std::string_view fragment) {
    too_large_ = too_large_ || fragment.size() > limit_ - bytes_.size();
    if (too_large_) return;
    make_room(bytes_, fragment.size());
    bytes_ += fragment;
}

void header_block::forget() noexcept {
    wire::wipe(bytes_);
    bytes_ = std::string();
}

}  // namespace oms::http2
