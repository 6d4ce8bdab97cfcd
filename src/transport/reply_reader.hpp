// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_REPLY_READER_HPP
#define OMS_TRANSPORT_REPLY_READER_HPP

// Bytes -> one reply. A small reply that is there in one piece is scanned in
// place, without an allocation; every other goes through Beast's parser.

#include "transport/reply.hpp"
#include "wire/reply_scan.hpp"

#include <oms/error.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace oms::transport {

class reply_reader {
public:
    /// So much of a body beyond its limit is read, and dropped, for the sake of the connection.
    static constexpr std::size_t drain_limit = 64 * 1024;

    enum class progress { more, done, failed };

    reply_reader() noexcept;
    ~reply_reader();

    /// Makes ready for the next reply; gives up what the last one needed.
    /// @param confidential  The reply holds a secret: what was kept of it is wiped.
    /// @param lenient       The header is read as `wire::dialect::lenient` says.
    void start(std::size_t header_limit, std::size_t body_limit, bool confidential = false,
               bool lenient = false) noexcept;

    /// Gives back the memory that is kept between replies.
    void trim() noexcept {
        start(0, 0);
        scanner_.forget();
    }

    /// Takes the bytes that came. `failed`: `ec` says why; not where the reply is `cut`.
    progress put(std::string_view bytes, error_code& ec) noexcept;
    /// The peer said that no more will come.
    progress finish(error_code& ec) noexcept;

    bool got_bytes() const noexcept { return got_bytes_; }
    /// All that is kept of the reply is there, whatever becomes of the rest.
    bool cut() const noexcept;
    /// After a failure: whether a whole, well-formed header came, be the body as it may: cut, or malformed.
    bool salvage() noexcept;
    reply const& get() const noexcept { return reply_; }

private:
    class parser;

    void make_parser();
    progress scan(std::string_view bytes);
    void append(std::string& to, std::string_view bytes) const;
    progress prepare(error_code& ec);
    progress parse(error_code& ec);
    progress fail(errc why, error_code& ec);
    void wipe() noexcept;

    std::size_t header_limit_ = 0;
    std::size_t body_limit_ = 0;
    bool got_bytes_ = false;
    bool confidential_ = false;
    bool lenient_ = false;
    wire::reply_scanner scanner_;
    unsigned interim_ = 0;  // 1xx replies so far
    reply reply_;
    std::string buffer_;
    std::unique_ptr<parser> parser_;
};

}  // namespace oms::transport

#endif
