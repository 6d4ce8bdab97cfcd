// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_STREAM_HPP
#define OMS_TRANSPORT_STREAM_HPP

// The byte stream below an exchange, in the reactor style of a non-blocking
// socket: what can be done at once is done at once, waiting is separate. It
// lets a whole exchange run with one send, one receive and no turn of the
// event loop for the send, and an idle stream without buffers.

#include <oms/error.hpp>

#include <boost/asio/error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace oms::transport {

enum class readiness : std::uint8_t { read, write };

/// A peer that sends without end must not keep the thread from everything else: so often is read before others have
/// their turn.
inline constexpr unsigned reads_at_once = 64;

/// Who waits for a stream. Kept alive by its waits.
class stream_user {
public:
    virtual ~stream_user() = default;
    /// A wait has ended; with an error where the stream was closed or broke.
    /// What a user's handler throws on its way passes through.
    virtual void on_ready(readiness what, error_code ec) = 0;
};

/// No function may run beside another one of the same stream.
class stream {
public:
    stream() = default;
    stream(stream const&) = delete;
    stream& operator=(stream const&) = delete;
    virtual ~stream() = default;

    /// Reads what is there. `would_block`: nothing; `eof`: the peer closed in
    /// good order; `errc::connection_closed`: it closed without saying so.
    virtual std::size_t read_some(std::span<char> into, error_code& ec) noexcept = 0;

    /// Takes all the bytes and hands over as much as the kernel takes.
    /// `would_block`: the rest waits for `flush` after a wait for `write`.
    virtual void write(std::string_view bytes, error_code& ec) noexcept = 0;
    virtual void flush(error_code& ec) noexcept = 0;

    /// Whether the kernel took any byte since the last `write` began.
    virtual bool handed_over() const noexcept = 0;

    /// Whether bytes came with those that were read last. What has come since only `read_some` can tell.
    virtual bool has_unread() const noexcept = 0;

    /// Waits without reading or writing. At most one wait of each kind.
    virtual void async_wait(readiness what, std::shared_ptr<stream_user> user) = 0;

    /// Waits for reading, and may take the first bytes along for `read_some`, which nobody may call meanwhile.
    virtual void async_receive(std::shared_ptr<stream_user> user) { async_wait(readiness::read, std::move(user)); }

    /// Gives up the memory that only an exchange needs.
    virtual void trim() noexcept = 0;

    /// Closes at once; its waits end. Where `orderly`, the peer is told.
    virtual void close(bool orderly) noexcept = 0;
};

inline bool would_block(error_code const& ec) noexcept {
    return ec == boost::asio::error::would_block || ec == boost::asio::error::try_again;
}

}  // namespace oms::transport

#endif
