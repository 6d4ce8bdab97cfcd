// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_REPLY_SCAN_HPP
#define OMS_WIRE_REPLY_SCAN_HPP

/// @file
/// The fast path for replies: one pass over a small reply that has come whole.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oms::wire {

/// What a reply's header says. The views point into the scanned bytes.
struct reply_head {
    unsigned status = 0;             ///< 200–599.
    bool keep_alive = true;          ///< Whether the connection may carry another exchange.
    std::size_t header_size = 0;     ///< Up to and including the empty line.
    std::size_t content_length = 0;  ///< Bytes of the body, which follow the header; 0 for 204 and 304.
    std::string_view request_id;     ///< `X-Request-Id`; of these headers the first one counts.
    std::string_view retry_after;
    std::string_view date;
    std::string_view subject_token;
    std::string_view content_type;
    std::string_view content_encoding;
    std::optional<std::chrono::seconds> keep_alive_timeout;
};

enum class scan_result : std::uint8_t {
    complete,    ///< A whole reply; the bytes may go on behind it.
    incomplete,  ///< What came so far may become one.
    other,       ///< For a general parser to judge.
};

/// What is small. Beyond it a reply is `other`.
struct scan_limits {
    std::size_t header = 16 * 1024;
    std::size_t body = 64 * 1024;
};

/// Scans the bytes received so far, from a reply's first byte.
///
/// Strict, so that no two readers can disagree about what it takes: HTTP/1.1
/// with exactly one plain `Content-Length` (none needed for 204 and 304), no
/// `Transfer-Encoding`, no folded lines, no control characters, and
/// `Connection` with one known option at most. All else is `other`.
///
/// @param out  Overwritten; says something where the result is `complete`.
scan_result scan_reply(std::string_view bytes, reply_head& out, scan_limits limits = {}) noexcept;

/// Scans the replies of one connection, on which a server says nearly the same each time: the next header is compared
/// with the last, and where nothing but the values of `Date` and `X-Request-Id` is new, and these are of the same size,
/// what was found in that one holds. The results are those of `scan_reply`. It keeps what it read: nothing for a header
/// with a secret.
class reply_scanner {
public:
    reply_scanner() noexcept = default;
    reply_scanner(reply_scanner const&) = delete;  // it has views into itself
    reply_scanner& operator=(reply_scanner const&) = delete;

    scan_result scan(std::string_view bytes, reply_head& out, scan_limits limits = {}) noexcept;
    /// Gives back the memory that it takes, until the next reply.
    void forget() noexcept { last_ = std::string(); }

private:
    // The place of a header's value.
    struct value {
        std::size_t begin = 0;
        std::size_t end = 0;
    };

    bool like_last(std::string_view bytes) const noexcept;
    bool same(std::string_view bytes, std::size_t begin, std::size_t end) const noexcept;
    void keep(std::string_view header, reply_head const& head) noexcept;

    std::string last_;  // empty: none
    reply_head head_;   // of it, and into it
    std::array<value, 2> may_differ_;
};

/// The seconds of `Keep-Alive: timeout=5, max=100`; empty where it names none.
std::optional<std::chrono::seconds> parse_keep_alive_timeout(std::string_view value) noexcept;

}  // namespace oms::wire

#endif
