// SPDX-License-Identifier: BSL-1.0
#include "http2/reply_stream.hpp"

#include "http2/frame.hpp"
#include "wire/digest.hpp"

#include <new>

namespace oms::http2 {

namespace {

constexpr bool has_no_body(unsigned status) noexcept {
    return status == 204 || status == 304;
}

}  // namespace

void reply_stream::begin(std::size_t body_limit, bool secret_reply, std::int64_t send_window,
                         std::uint32_t window) noexcept {
    body_limit_ = body_limit;
    confidential = secret_reply;
    may_send = flow_window(send_window);
    received = received_window(window);
}

void reply_stream::clear() noexcept {
    // A request's body may hold keys, whatever the reply holds.
    if (!unsent.empty()) wire::wipe(unsent);
    if (confidential) {
        wire::wipe(texts_);
        wire::wipe(body_);
    }
    user = nullptr;
    sent = 0;
    header_ = {};
    texts_.clear();
    body_.clear();
    last_piece_ = {};
    body_size_ = 0;
    interim_ = 0;
    truncated_ = false;
}

reply_stream::result reply_stream::take(reply_fields const& fields, bool end_stream) noexcept {
    if (fields.fault() == header_fault::bad_status) return result::bad_status;
    if (fields.fault() != header_fault::none) return result::malformed;
    if (has_header()) return end_stream ? end() : result::malformed;  // trailers
    reply_header const& header = fields.header();
    if (header.status < 200) {
        // Nothing was upgraded, and behind an interim reply the one that counts follows.
        bool const good = header.status != 101 && !end_stream && ++interim_ <= most_interim;
        return good ? result::more : result::malformed;
    }
    header_ = header;
    if (end_stream) return end();
    return keep_texts() ? result::header : result::no_memory;
}

reply_stream::result reply_stream::take(std::string_view content, bool end_stream) noexcept {
    if (!has_header()) return result::malformed;
    body_size_ += content.size();
    if (body_size_ != 0 && has_no_body(header_.status)) return result::malformed;
    if (header_.content_length && body_size_ > *header_.content_length) return result::malformed;
    if (end_stream && body_size_ <= body_limit_ && body_.empty()) {
        last_piece_ = content;
        return end();
    }
    std::string_view const kept = content.substr(0, body_limit_ - body_.size());
    if (!keep_body(kept)) return result::no_memory;
    truncated_ = kept.size() < content.size();
    if (truncated_) return result::truncated;
    return end_stream ? end() : result::more;
}

// Whether as much came as was promised. Those without a body may say how large it would be.
reply_stream::result reply_stream::end() const noexcept {
    bool const whole = !header_.content_length || body_size_ == *header_.content_length || has_no_body(header_.status);
    return whole ? result::done : result::malformed;
}

// What was received goes before the stream ends.
bool reply_stream::keep_texts() noexcept {
    auto const texts = {&header_.request_id, &header_.retry_after, &header_.date, &header_.subject_token};
    std::size_t size = 0;
    for (auto const* each : texts)
        size += each->size();
    try {
        texts_.reserve(size);
    } catch (std::bad_alloc const&) {
        return false;
    }
    for (auto* each : texts) {
        std::size_t const at = texts_.size();
        texts_ += *each;
        *each = std::string_view(texts_).substr(at);
    }
    return true;
}

bool reply_stream::keep_body(std::string_view content) noexcept {
    try {
        make_room(body_, content.size());
    } catch (std::bad_alloc const&) {
        return false;
    }
    body_ += content;
    return true;
}

reply reply_stream::get() const noexcept {
    reply made;
    made.status = header_.status;
    made.request_id = header_.request_id;
    made.retry_after = header_.retry_after;
    made.date = header_.date;
    made.subject_token = header_.subject_token;
    made.body = body_.empty() ? last_piece_ : std::string_view(body_);
    made.body_truncated = truncated_;
    return made;
}

}  // namespace oms::http2
