// SPDX-License-Identifier: BSL-1.0
#include "http2/reply_header.hpp"

#include "http2/field_rules.hpp"
#include "wire/chars.hpp"

#include <algorithm>

namespace oms::http2 {

namespace {

constexpr unsigned lowest_status = 100;
constexpr unsigned highest_status = 599;

void keep_first(std::string_view& kept, std::string_view value) noexcept {
    if (kept.data() == nullptr) kept = value;  // an empty value counts, too
}

}  // namespace

void reply_fields::take(field_view const& field) noexcept {
    if (is_pseudo(field.name)) return take_status(field);
    in_fields_ = true;
    if (!is_well_formed(field)) malformed_ = true;
    if (trailers_) return;
    std::string_view const name = field.name;
    std::string_view const value = field.value;
    switch (name.size()) {
        case 4:
            if (name == "date") keep_first(header_.date, value);
            break;
        case 11:
            if (name == "retry-after") keep_first(header_.retry_after, value);
            break;
        case 12:
            if (name == "x-request-id") keep_first(header_.request_id, value);
            break;
        case 14:
            if (name == "content-length" && !take_content_length(value, header_.content_length)) malformed_ = true;
            break;
        case 15:
            if (name == "x-subject-token") keep_first(header_.subject_token, value);
            break;
        default:
            break;
    }
}

// The only pseudo-header field of a reply: before all others, and once.
void reply_fields::take_status(field_view const& field) noexcept {
    bool const digits = !field.value.empty() && std::all_of(field.value.begin(), field.value.end(), wire::is_digit);
    if (field.name != ":status" || trailers_ || in_fields_ || header_.status != 0 || bad_status_ || !digits) {
        malformed_ = true;
        return;
    }
    for (char c : field.value)
        header_.status = std::min(header_.status * 10 + static_cast<unsigned>(c - '0'), highest_status + 1);
    bad_status_ = field.value.size() != 3 || header_.status < lowest_status || header_.status > highest_status;
}

header_fault reply_fields::fault() const noexcept {
    if (malformed_ || (!trailers_ && header_.status == 0 && !bad_status_)) return header_fault::malformed;
    return bad_status_ ? header_fault::bad_status : header_fault::none;
}

}  // namespace oms::http2
