// SPDX-License-Identifier: BSL-1.0
#include "http2/frame_reader.hpp"

#include "wire/digest.hpp"

#include <algorithm>

namespace oms::http2 {

namespace {

void set(frame& out, frame_header const& h, char const* payload) noexcept {
    out = {h.type, h.flags, h.stream, {payload, h.length}};
}

}  // namespace

frame_reader::result frame_reader::next(frame& out) {
    if (read_) drop();
    if (kept_.empty() && unread_.size() >= frame_header_size) {
        frame_header const header = read_frame_header(unread_.data());
        if (header.length > default_frame_size) return result::too_large;
        if (unread_.size() - frame_header_size >= header.length) {
            set(out, header, unread_.data() + frame_header_size);
            unread_.remove_prefix(frame_header_size + header.length);
            return result::frame;
        }
    }
    if (!fill(frame_header_size)) return result::more;
    frame_header const header = read_frame_header(kept_.data());
    if (header.length > default_frame_size) return result::too_large;
    if (!fill(frame_header_size + header.length)) return result::more;
    set(out, header, kept_.data() + frame_header_size);
    read_ = true;
    return result::frame;
}

// Keeps up to so many bytes of a frame; whether they are there.
bool frame_reader::fill(std::size_t size) {
    if (kept_.size() >= size) return true;
    std::size_t const taken = std::min(size - kept_.size(), unread_.size());
    make_room(kept_, size - kept_.size());
    kept_.append(unread_.substr(0, taken));
    unread_.remove_prefix(taken);
    return kept_.size() == size;
}

void frame_reader::drop() noexcept {
    if (secret_) wire::wipe(kept_);
    kept_.clear();
    read_ = false;
}

void frame_reader::trim() noexcept {
    if (read_) drop();
    if (kept_.empty()) kept_ = std::string();
}

frame_reader::~frame_reader() {
    drop();
}

}  // namespace oms::http2
