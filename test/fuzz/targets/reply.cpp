// SPDX-License-Identifier: BSL-1.0
// A reply's bytes, whole against in pieces, and the fast path against the full one. Three bytes of settings come first.
#include "fuzz/fuzz.hpp"
#include "fuzz/targets/reading.hpp"
#include "wire/reply_scan.hpp"

namespace oms::fuzz {

namespace {

// The fast path takes nothing that the full one reads in another way.
void compare_paths(std::string_view bytes) {
    wire::reply_head head;
    if (wire::scan_reply(bytes, head) != wire::scan_result::complete) return;
    std::size_t const size = head.header_size + head.content_length;
    require(size <= bytes.size(), "a whole reply is there");
    reading_options roomy;
    roomy.header_limit = roomy.body_limit = std::size_t{1} << 20;
    std::string const behind_interim = "HTTP/1.1 100 Continue\r\n\r\n" + std::string(bytes);
    told_reply const full = read_whole(behind_interim, roomy);
    require(full.end == transport::reply_reader::progress::done, "the full path takes it, too");
    require(full.status == head.status, "the same status");
    require(full.request_id == head.request_id && full.retry_after == head.retry_after && full.date == head.date &&
                full.subject_token == head.subject_token,
            "the same fields");
    require(full.body == bytes.substr(head.header_size, head.content_length), "the same body");
    require(full.keep_alive == (head.keep_alive && size == bytes.size()), "the same end of the connection");
}

// What was learnt from one reply changes nothing about the next.
void compare_scanners(std::string_view first, std::string_view second) {
    wire::reply_scanner scanner;
    wire::reply_head got, alone;
    std::string const before(first), now(second);  // as in buffers of their own
    scanner.scan(before, got);
    auto const result = scanner.scan(now, got);
    require(result == wire::scan_reply(now, alone), "the same result as from scratch");
    if (result != wire::scan_result::complete) return;
    require(got.status == alone.status && got.keep_alive == alone.keep_alive && got.header_size == alone.header_size &&
                got.content_length == alone.content_length && got.request_id == alone.request_id &&
                got.retry_after == alone.retry_after && got.date == alone.date &&
                got.subject_token == alone.subject_token && got.content_type == alone.content_type &&
                got.content_encoding == alone.content_encoding && got.keep_alive_timeout == alone.keep_alive_timeout,
            "the same head as from scratch");
}

}  // namespace

void run(input in) {
    reading_options options;
    std::uint8_t const bits = in.byte();
    options.confidential = (bits & 1U) != 0;
    options.lenient = (bits & 2U) != 0;
    if ((bits & 4U) != 0) options.header_limit = 64;
    if ((bits & 8U) != 0) options.body_limit = 8;
    options.first = in.number(1, 40);
    options.second = in.number(1, 400);
    std::string const bytes(in.rest());
    compare_pieces(bytes, options);
    compare_paths(bytes);
    std::size_t const cut = bytes.find("\n\nHTTP/");
    if (cut != std::string::npos) {
        compare_scanners(std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut + 2));
        compare_paths(std::string_view(bytes).substr(cut + 2));
    }
    compare_scanners(bytes, bytes);
}

}  // namespace oms::fuzz
