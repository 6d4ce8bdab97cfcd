// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_SECURE_DIALER_HPP
#define OMS_TEST_IO_HARNESS_SECURE_DIALER_HPP

#include "io/harness/network.hpp"

#include <cstddef>

namespace oms::scripted {

struct secure_options {
    int version = 0;          ///< Of TLS, as OpenSSL has it; 0: the newest.
    std::size_t piece = all;  ///< As many bytes of ciphertext arrive at a time.
};

/// From then on the client of the network speaks TLS, by the library's own
/// stream, to OpenSSL's server; reads, writes and waits are those of the
/// socket below it, the handshake's among them.
void secure(network& n, secure_options const& options);

}  // namespace oms::scripted

#endif
