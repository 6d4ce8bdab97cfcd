// SPDX-License-Identifier: BSL-1.0
#include "wire/reply_scan.hpp"

#include "wire/chars.hpp"

#include <algorithm>
#include <cstring>

namespace oms::wire {

namespace {

// One digit fewer than what 64 bits hold, so that no sum with a header's size overflows.
constexpr std::size_t max_length_digits = 18;
constexpr std::size_t max_timeout_digits = 9;

std::optional<std::uint64_t> parse_number(std::string_view text, std::size_t max_digits) noexcept {
    if (text.empty() || text.size() > max_digits || !std::all_of(text.begin(), text.end(), is_digit)) return {};
    std::uint64_t value = 0;
    for (char c : text)
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    return value;
}

class scanner {
public:
    explicit scanner(std::string_view bytes) noexcept
        : first_(bytes.data()), at_(first_), end_(first_ + bytes.size()) {}

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
        head.content_length = static_cast<std::size_t>(length_.value_or(0));
        return length_.has_value();
    }

    reply_head head;

private:
    // `complete` stands for "this piece is whole" in what follows.
    scan_result status_line() noexcept {
        for (char c : std::string_view("HTTP/1.1 ")) {
            if (auto const piece = expect(c); piece != scan_result::complete) return piece;
        }
        for (int digit = 0; digit < 3; ++digit) {
            if (at_ == end_) return scan_result::incomplete;
            if (!is_digit(*at_)) return scan_result::other;
            head.status = head.status * 10 + static_cast<unsigned>(*at_++ - '0');
        }
        if (head.status < 200 || head.status > 599) return scan_result::other;
        if (auto const piece = expect(' '); piece != scan_result::complete) return piece;
        return text_to_line_end();
    }

    // One header, or the empty line behind the last.
    scan_result line() noexcept {
        if (at_ == end_) return scan_result::incomplete;
        if (*at_ == '\r') {
            at_end_of_header_ = true;
            return line_end();
        }
        char const* const name = at_;
        while (at_ != end_ && is_token(*at_))
            ++at_;
        if (at_ == end_) return scan_result::incomplete;
        if (at_ == name || *at_ != ':') return scan_result::other;
        std::string_view const name_text(name, static_cast<std::size_t>(at_ - name));
        char const* const value = ++at_;
        if (auto const piece = text_to_line_end(); piece != scan_result::complete) return piece;
        std::string_view const value_text(value, static_cast<std::size_t>(at_ - value) - 2);
        return field(name_text, trim(value_text)) ? scan_result::complete : scan_result::other;
    }

    scan_result text_to_line_end() noexcept {
        skip_plain_words();
        while (at_ != end_ && is_text(*at_))
            ++at_;
        return line_end();
    }

    // Eight bytes at a time, as long as none is a control character.
    void skip_plain_words() noexcept {
        constexpr std::uint64_t each = 0x0101010101010101;
        constexpr std::uint64_t top = each << 7U;
        for (std::uint64_t word = 0; end_ - at_ >= 8; at_ += 8) {
            std::memcpy(&word, at_, 8);
            std::uint64_t const del = word ^ (each * 0x7F);
            std::uint64_t const below_space = (word - each * 0x20) & ~word;
            if (((below_space | ((del - each) & ~del)) & top) != 0) return;
        }
    }

    scan_result line_end() noexcept {
        if (auto const piece = expect('\r'); piece != scan_result::complete) return piece;
        return expect('\n');
    }

    scan_result expect(char c) noexcept {
        if (at_ == end_) return scan_result::incomplete;
        return *at_++ == c ? scan_result::complete : scan_result::other;
    }

    // Takes the headers that matter, told apart by their lengths first; false: not for this path.
    bool field(std::string_view name, std::string_view value) noexcept {
        switch (name.size()) {
            case 4:
                return !iequals(name, "date") || keep_first(head.date, value);
            case 10:
                if (iequals(name, "connection")) return connection(value);
                if (iequals(name, "keep-alive")) head.keep_alive_timeout = parse_keep_alive_timeout(value);
                return true;
            case 11:
                return !iequals(name, "retry-after") || keep_first(head.retry_after, value);
            case 12:
                if (iequals(name, "x-request-id")) return keep_first(head.request_id, value);
                return !iequals(name, "content-type") || keep_first(head.content_type, value);
            case 14:
                return !iequals(name, "content-length") || length(value);
            case 16:
                // Two encodings are one inside the other.
                if (iequals(name, "content-encoding")) {
                    return head.content_encoding.data() == nullptr && keep_first(head.content_encoding, value);
                }
                return !iequals(name, "proxy-connection") || connection(value);
            case 17:
                return !iequals(name, "transfer-encoding");
            default:
                return true;
        }
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
        if (length_) return false;
        length_ = parse_number(value, max_length_digits);
        return length_.has_value();
    }

    char const* first_;
    char const* at_;
    char const* end_;
    bool at_end_of_header_ = false;
    std::optional<std::uint64_t> length_;
};

}  // namespace

scan_result scan_reply(std::string_view bytes, reply_head& out, scan_limits limits) noexcept {
    scanner scan(bytes.substr(0, limits.header));
    scan_result const result = scan.header();
    if (result == scan_result::incomplete) {
        return bytes.size() < limits.header ? scan_result::incomplete : scan_result::other;
    }
    if (result == scan_result::other || !scan.framed() || scan.head.content_length > limits.body) {
        return scan_result::other;
    }
    if (bytes.size() - scan.head.header_size < scan.head.content_length) return scan_result::incomplete;
    out = scan.head;
    return scan_result::complete;
}

std::optional<std::chrono::seconds> parse_keep_alive_timeout(std::string_view value) noexcept {
    constexpr std::string_view key = "timeout=";
    while (!value.empty()) {
        auto const comma = value.find(',');
        std::string_view const parameter = trim(value.substr(0, comma));
        value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
        if (!iequals(parameter.substr(0, key.size()), key)) continue;
        auto const number = parse_number(parameter.substr(key.size()), max_timeout_digits);
        if (!number) return std::nullopt;
        return std::chrono::seconds(static_cast<std::chrono::seconds::rep>(*number));
    }
    return std::nullopt;
}

}  // namespace oms::wire
