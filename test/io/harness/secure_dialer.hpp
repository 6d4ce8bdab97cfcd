// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_SECURE_DIALER_HPP
#define OMS_TEST_IO_HARNESS_SECURE_DIALER_HPP

#include "io/harness/network.hpp"
#include "io/harness/secure_line.hpp"
#include "transport/tls_reloader.hpp"

#include <optional>
#include <string>

namespace oms::scripted {

struct secure_options {
    int version = 0;  ///< Of TLS, as OpenSSL has it; 0: the newest.
    line_manner line;
    transport::tls_source trust = {};  ///< Of each dial; empty: the server's root.
    /// What a proxy that speaks TLS, too, answers to `CONNECT`; none: there is no proxy.
    std::optional<std::string> proxy;
    std::string proxy_host = "proxy.test";  ///< As whom it must show itself; it is `proxy.test`.
};

/// The server's root, in PEM.
std::string secure_root();

/// A proxy's tunnel.
inline constexpr char tunnel_reply[] = "HTTP/1.1 200 Connection established\r\n\r\n";

/// From then on the client of the network speaks TLS, by the library's own
/// stream, to OpenSSL's server; reads, writes and waits are those of the
/// socket below it, the handshake's among them.
void secure(network& n, secure_options const& options);

}  // namespace oms::scripted

#endif
