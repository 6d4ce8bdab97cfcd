// SPDX-License-Identifier: BSL-1.0
#include "wire/reply_scan.hpp"

#include "wire/chars.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace oms::wire {

namespace {

// One digit fewer than what 64 bits hold, so that no sum with a header's size overflows.
constexpr std::size_t max_length_digits = 18;
constexpr std::size_t max_timeout_digits = 9;

constexpr std::string_view http_1_1 = "HTTP/1.1 ";
constexpr std::size_t status_end = http_1_1.size() + 3;

std::optional<std::uint64_t> parse_digits(std::string_view text, std::size_t max_digits) noexcept {
    if (text.empty() || text.size() > max_digits || !std::all_of(text.begin(), text.end(), is_digit)) return {};
    std::uint64_t value = 0;
    for (char c : text)
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    return value;
}

class scanner {
public:
    scanner(std::string_view bytes, reply_head& out) noexcept
        : head(out), first_(bytes.data()), at_(first_), end_(first_ + bytes.size()) {
        head = {};
    }

    scan_result header() noexcept {
        scan_result result = status_line();
        while (result == scan_result::complete && !at_end_of_header_)
            result = line();
        if (result == scan_result::complete) head.header_size = static_cast<std::size_t>(at_ - first_);
        return result;
    }

    // Whether the header frames a body in the one way that is taken here.
    bool framed() noexcept {
        if (head.status == 204 || head.status == 304) return true;
        if (length_ == no_length) return false;
        head.content_length = static_cast<std::size_t>(length_);
        return true;
    }

    reply_head& head;

private:
    // `complete` stands for "this piece is whole" in what follows.
    scan_result status_line() noexcept {
        std::string_view text;
        scan_result const result = next_line(text);
        if (result == scan_result::incomplete && text.size() > status_end + 1) text = without_return(text);
        if (result == scan_result::other || !begins_like_status(text)) return scan_result::other;
        if (result == scan_result::incomplete) return result;
        if (text.size() <= status_end) return scan_result::other;
        for (char c : text.substr(http_1_1.size(), 3))
            head.status = head.status * 10 + static_cast<unsigned>(c - '0');
        return head.status >= 200 && head.status <= 599 ? result : scan_result::other;
    }

    // Of a whole line, or of what has come of one.
    static bool begins_like_status(std::string_view text) noexcept {
        if (text.substr(0, http_1_1.size()) != http_1_1.substr(0, text.size())) return false;
        for (std::size_t at = http_1_1.size(); at < status_end && at < text.size(); ++at) {
            if (!is_digit(text[at])) return false;
        }
        return text.size() <= status_end || (text[status_end] == ' ' && all_text(text.substr(status_end)));
    }

    // One header, or the empty line behind the last.
    scan_result line() noexcept {
        std::string_view text;
        scan_result const result = next_line(text);
        if (result != scan_result::complete) {
            return result == scan_result::incomplete && begins_like_header(text) ? result : scan_result::other;
        }
        if (text.empty()) {
            at_end_of_header_ = true;
            return result;
        }
        std::size_t const colon = text.find(':');
        if (colon == std::string_view::npos) return scan_result::other;
        std::string_view const value = text.substr(colon + 1);
        return all_text(value) && field(text.substr(0, colon), trim(value)) ? result : scan_result::other;
    }

    static bool begins_like_header(std::string_view text) noexcept {
        if (text == "\r") return true;
        auto const name_end = std::find_if_not(text.begin(), text.end(), is_token);
        if (name_end == text.end()) return true;
        text = without_return(text);
        return name_end != text.begin() && *name_end == ':' && std::all_of(name_end, text.end(), is_text);
    }

    // What may be the first half of the line's end.
    static std::string_view without_return(std::string_view text) noexcept {
        return text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
    }

    // The next line without its end, or as much of it as has come.
    scan_result next_line(std::string_view& text) noexcept {
        auto const size = static_cast<std::size_t>(end_ - at_);
        auto const* const end = static_cast<char const*>(std::memchr(at_, '\n', size));
        if (end == nullptr) {
            text = {at_, size};
            return scan_result::incomplete;
        }
        if (end == at_ || end[-1] != '\r') return scan_result::other;
        text = {at_, static_cast<std::size_t>(end - 1 - at_)};
        at_ = end + 1;
        return scan_result::complete;
    }

    // Takes the headers that matter, told apart by their lengths first; false: not for this path.
    bool field(std::string_view name, std::string_view value) noexcept {
        switch (name.size()) {
            case 4:
                if (iequals(name, "date")) return keep_first(head.date, value);
                break;
            case 10:
                if (iequals(name, "connection")) return connection(value);
                if (iequals(name, "keep-alive")) {
                    head.keep_alive_timeout = parse_keep_alive_timeout(value);
                    return true;
                }
                break;
            case 11:
                if (iequals(name, "retry-after")) return keep_first(head.retry_after, value);
                break;
            case 12:
                if (iequals(name, "x-request-id")) return keep_first(head.request_id, value);
                if (iequals(name, "content-type")) return keep_first(head.content_type, value);
                break;
            case 14:
                if (iequals(name, "content-length")) return length(value);
                break;
            case 15:
                if (iequals(name, "x-subject-token")) return keep_first(head.subject_token, value);
                break;
            case 16:
                // Two encodings are one inside the other.
                if (iequals(name, "content-encoding")) {
                    return head.content_encoding.data() == nullptr && keep_first(head.content_encoding, value);
                }
                if (iequals(name, "proxy-connection")) return connection(value);
                break;
            case 17:
                if (iequals(name, "transfer-encoding")) return false;
                break;
            default:
                break;
        }
        return !name.empty() && std::all_of(name.begin(), name.end(), is_token);
    }

    static bool keep_first(std::string_view& kept, std::string_view value) noexcept {
        if (kept.data() == nullptr) kept = value;  // an empty value counts, too
        return true;
    }

    bool connection(std::string_view value) noexcept {
        if (iequals(value, "keep-alive")) return true;
        head.keep_alive = false;
        return iequals(value, "close");
    }

    bool length(std::string_view value) noexcept {
        if (length_ != no_length) return false;
        length_ = parse_digits(value, max_length_digits).value_or(no_length);
        return length_ != no_length;
    }

    char const* first_;
    char const* at_;
    char const* end_;
    bool at_end_of_header_ = false;
    // More than any has digits for. (Of an optional, g++ 12 says that it may be uninitialized.)
    static constexpr std::uint64_t no_length = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t length_ = no_length;
};

// Of a header that is whole, and framed.
scan_result with_body(std::string_view bytes, reply_head const& head, scan_limits limits) noexcept {
    if (head.content_length > limits.body) return scan_result::other;
    return bytes.size() - head.header_size < head.content_length ? scan_result::incomplete : scan_result::complete;
}

// What is kept of a connection's last header; others are scanned each time.
constexpr std::size_t max_kept = 1024;

}  // namespace

scan_result scan_reply(std::string_view bytes, reply_head& out, scan_limits limits) noexcept {
    scanner scan(bytes.substr(0, limits.header), out);
    scan_result const result = scan.header();
    if (result == scan_result::incomplete) {
        return bytes.size() < limits.header ? scan_result::incomplete : scan_result::other;
    }
    if (result == scan_result::other || !scan.framed()) return scan_result::other;
    return with_body(bytes, out, limits);
}

scan_result reply_scanner::scan(std::string_view bytes, reply_head& out, scan_limits limits) noexcept {
    if (!last_.empty() && last_.size() <= limits.header && like_last(bytes)) {
        out = head_;
        auto const move = [&](std::string_view& text) {
            if (text.data() != nullptr)
                text = bytes.substr(static_cast<std::size_t>(text.data() - last_.data()), text.size());
        };
        move(out.request_id);
        move(out.retry_after);
        move(out.date);
        move(out.subject_token);
        move(out.content_type);
        move(out.content_encoding);
        return with_body(bytes, out, limits);
    }
    scan_result const result = scan_reply(bytes, out, limits);
    if (result == scan_result::complete) keep(bytes.substr(0, out.header_size), out);
    return result;
}

bool reply_scanner::same(std::string_view bytes, std::size_t begin, std::size_t end) const noexcept {
    return std::memcmp(bytes.data() + begin, last_.data() + begin, end - begin) == 0;
}

bool reply_scanner::like_last(std::string_view bytes) const noexcept {
    if (bytes.size() < last_.size()) return false;
    std::size_t at = 0;
    for (value const& each : may_differ_) {
        if (!same(bytes, at, each.begin)) return false;
        // Another value of this size is in the same place where it has no blanks at its ends.
        std::string_view const text = bytes.substr(each.begin, each.end - each.begin);
        if (trim(text).size() != text.size() || !all_text(text)) return false;
        at = each.end;
    }
    return same(bytes, at, last_.size());
}

void reply_scanner::keep(std::string_view header, reply_head const& head) noexcept {
    last_.clear();
    if (header.size() > max_kept) return;
    try {
        last_ = header;
    } catch (std::bad_alloc const&) {
        return;
    }
    head_ = head;
    auto const keep_view = [&](std::string_view& text) {
        if (text.data() == nullptr) return value{header.size(), header.size()};
        auto const begin = static_cast<std::size_t>(text.data() - header.data());
        text = std::string_view(last_).substr(begin, text.size());
        return value{begin, begin + text.size()};
    };
    may_differ_ = {keep_view(head_.date), keep_view(head_.request_id)};
    if (may_differ_[1].begin < may_differ_[0].begin) std::swap(may_differ_[0], may_differ_[1]);
    keep_view(head_.retry_after);
    keep_view(head_.subject_token);
    keep_view(head_.content_type);
    keep_view(head_.content_encoding);
}

std::optional<std::chrono::seconds> parse_keep_alive_timeout(std::string_view value) noexcept {
    constexpr std::string_view key = "timeout=";
    while (!value.empty()) {
        auto const comma = value.find(',');
        std::string_view const parameter = trim(value.substr(0, comma));
        value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
        if (!iequals(parameter.substr(0, key.size()), key)) continue;
        auto const number = parse_digits(parameter.substr(key.size()), max_timeout_digits);
        if (!number) return std::nullopt;
        return std::chrono::seconds(static_cast<std::chrono::seconds::rep>(*number));
    }
    return std::nullopt;
}

}  // namespace oms::wire
