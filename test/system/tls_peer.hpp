// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_TLS_PEER_HPP
#define OMS_TEST_SYSTEM_TLS_PEER_HPP

#include "testing/certificate.hpp"
#include "testing/tls_session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>

namespace oms::test {

/// How a peer behaves.
struct peer_manner {
    enum class kind : std::uint8_t {
        serve,           ///< Shakes hands and answers each request with 200.
        speak_http,      ///< Answers in plain HTTP.
        close_at_hello,  ///< Hangs up on the first message.
        cut_handshake,   ///< Hangs up in the middle of its first message.
    };

    kind what = kind::serve;
    int min_version = 0;  ///< Of TLS; 0: any.
    int max_version = 0;
    X509* sent_root = nullptr;                                        ///< Sent behind the server's certificate.
    X509* client_root = nullptr;                                      ///< Clients need a certificate that it signed.
    bool ipv6 = false;                                                ///< On `::1`.
    std::size_t cut_after = std::numeric_limits<std::size_t>::max();  ///< Hangs up after so many bytes of its own.
    bool resets = false;                                              ///< Then, in place of closing.
    char const* address = nullptr;                                    ///< Another one of loopback's.
    std::uint16_t port = 0;                                           ///< 0: any.
};

/// How far a peer came before it hung up.
enum class peer_progress : std::uint8_t {
    handshake,  ///< Something of its handshake was not sent.
    shaken,     ///< It waited for no request.
    asked,      ///< Something of its reply was not sent.
    answered,
};

/// A server on 127.0.0.1, or `::1`, that takes what no server should: any key, any version.
class tls_peer {
public:
    explicit tls_peer(testing::identity const& own, peer_manner manner = {});
    /// After its clients.
    ~tls_peer();
    tls_peer(tls_peer const&) = delete;
    tls_peer& operator=(tls_peer const&) = delete;

    /// Of the last connection.
    peer_progress progress() const noexcept { return progress_; }
    std::string port() const { return std::to_string(acceptor_.local_endpoint().port()); }

private:
    void run();
    void serve(boost::asio::ip::tcp::socket client);

    peer_manner const manner_;
    testing::ssl_ctx_ptr tls_;
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::atomic<bool> stopping_ = false;
    std::atomic<peer_progress> progress_ = peer_progress::handshake;
    std::jthread thread_;  // begins last
};

}  // namespace oms::test

#endif
