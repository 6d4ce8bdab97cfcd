// SPDX-License-Identifier: BSL-1.0
// A chunked body, against a second reader of it, which knows its grammar and nothing else (RFC 9112, section 7.1).
#include "fuzz/fuzz.hpp"
#include "fuzz/targets/reading.hpp"

#include <charconv>
#include <optional>

namespace oms::fuzz {

namespace {

// The text before the next CRLF; nothing where there is none, or what is no text is before it.
std::optional<std::string_view> take_line(std::string_view& left) {
    std::size_t const end = left.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view const line = left.substr(0, end);
    if (!shown(line)) return std::nullopt;
    left.remove_prefix(end + 2);
    return line;
}

// Plain chunks: no extensions, no trailer.
std::optional<std::string> plain_body(std::string_view left) {
    std::string body;
    for (;;) {
        auto const line = take_line(left);
        if (!line || line->empty() || line->size() > 8) return std::nullopt;
        std::size_t size = 0;
        auto const read = std::from_chars(line->data(), line->data() + line->size(), size, 16);
        if (read.ec != std::errc() || read.ptr != line->data() + line->size()) return std::nullopt;
        if (size == 0) return left == "\r\n" ? std::optional(body) : std::nullopt;
        if (left.size() < size + 2 || left.substr(size, 2) != "\r\n") return std::nullopt;
        body += left.substr(0, size);
        left.remove_prefix(size + 2);
    }
}

}  // namespace

void run(input in) {
    reading_options options;
    if ((in.byte() & 1U) != 0) options.body_limit = 16;
    options.first = in.number(1, 20);
    options.second = in.number(1, 60);
    std::string const chunks(in.rest());
    std::string const bytes = "HTTP/1.1 500 No\r\nX-Request-Id: r\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
    compare_pieces(bytes, options);
    auto const plain = plain_body(chunks);
    if (!plain) return;
    told_reply const read = read_whole(bytes, options);
    require(read.end == transport::reply_reader::progress::done, "what is well formed is taken");
    require(read.body == plain->substr(0, options.body_limit), "the body is what is in the chunks");
    require(read.truncated == (plain->size() > options.body_limit), "a longer body is cut");
}

}  // namespace oms::fuzz
