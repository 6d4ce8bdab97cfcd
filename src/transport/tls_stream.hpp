// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_TLS_STREAM_HPP
#define OMS_TRANSPORT_TLS_STREAM_HPP

#include "transport/stream.hpp"
#include "transport/tls_engine.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

namespace oms::transport {

/// TLS over a TCP socket. Reads through a buffer on the stack and writes
/// through the engine's output, so that an idle one holds no buffer.
class tls_stream final : public stream {
public:
    /// Takes a connected socket and makes it non-blocking.
    tls_stream(boost::asio::ip::tcp::socket socket, std::unique_ptr<tls_engine> engine, error_code& ec);

    /// `would_block`: call it again after a wait for `wanted()`; then success.
    void handshake(error_code& ec) noexcept;
    readiness wanted() const noexcept { return engine_->output().empty() ? readiness::read : readiness::write; }
    tls_engine const& engine() const noexcept { return *engine_; }

    std::size_t read_some(std::span<char> into, error_code& ec) noexcept override;
    void write(std::string_view bytes, error_code& ec) noexcept override;
    void flush(error_code& ec) noexcept override;
    bool handed_over() const noexcept override { return handed_over_; }
    void async_wait(readiness what, std::shared_ptr<stream_user> user) override;
    void trim() noexcept override;
    void close(bool orderly) noexcept override;

private:
    // Receives ciphertext into `buffer` and gives it to the engine.
    void receive(std::span<char> buffer, error_code& ec) noexcept;
    bool keep_rest() noexcept;

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<tls_engine> engine_;
    bool handed_over_ = false;
};

}  // namespace oms::transport

#endif
