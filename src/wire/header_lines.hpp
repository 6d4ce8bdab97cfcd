// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_HEADER_LINES_HPP
#define OMS_WIRE_HEADER_LINES_HPP

/// @file
/// A reply's header, line by line, before the strict parser sees it: what HTTP allows a reader to mend is mended, and a
/// status that is none is told.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oms::wire {

/// How much is mended.
enum class dialect : std::uint8_t {
    /// The blank behind a status code without a reason phrase, and nothing else. A folded line passes: the parser puts
    /// a
    /// blank in the fold's place before anything is read of it, as a user agent must (RFC 9112, section 5.2), so that
    /// the header is well formed, and where the body ends is told by what was unfolded.
    strict,
    /// Lines that end by LF alone, and blanks before a colon, too: of old proxies and appliances. Only for a connection
    /// that carries no other reply, for others may see the reply end elsewhere. Where such a blank is at what frames
    /// the body, or a line holds what no line may, or is folded, the header is malformed all the same.
    lenient,
};

class header_lines {
public:
    enum class result : std::uint8_t {
        more,        ///< The line that has come last is not whole.
        whole,       ///< The rest is not of the header, or is for the strict parser to read as it is.
        malformed,   ///< It is no HTTP, or lenient and still wrong.
        bad_status,  ///< The status is a number outside 100–599.
    };

    explicit header_lines(dialect d) noexcept : dialect_(d) {}

    /// Moves lines from the front of `raw` to the end of `out`, mended. Takes time in proportion to what came new.
    result take(std::string& raw, std::string& out);

    /// Of the status line; 0 before it was taken.
    unsigned status() const noexcept { return status_; }
    /// Whether a line was taken that only the lenient dialect has.
    bool mended() const noexcept { return mended_; }

private:
    bool status_line(std::string_view line, std::string& out);
    bool field_line(std::string_view line, std::string& out);

    dialect dialect_;
    bool mended_ = false;
    bool bad_status_ = false;
    unsigned status_ = 0;
    std::size_t looked_at_ = 0;  // so much of the front of `raw` holds no line's end
};

/// Whether what is left unread of a chunked body, from the beginning of a chunk's header or of the trailer on, can only
/// be malformed, whatever follows: a line's end that is not CRLF, or a chunk extension whose quote is open at the end
/// of its line.
bool hopeless_chunk(std::string_view unread) noexcept;

}  // namespace oms::wire

#endif
