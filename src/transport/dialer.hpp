// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_DIALER_HPP
#define OMS_TRANSPORT_DIALER_HPP

// How connections come to be: the seam between what decides to open one and
// what opens it.

#include "policy/dial_fault.hpp"
#include "transport/protocol.hpp"
#include "transport/stream.hpp"

#include <oms/error.hpp>
#include <oms/task.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace oms::transport {

/// Where to.
struct dial_target {
    std::string host;
    std::uint16_t port = 443;
    bool literal = false;                ///< The host is an address.
    std::string peer;                    ///< `host:port`, as sent and shown.
    std::vector<std::string> last = {};  ///< Addresses to go to only where no other one answers.
    alpn offered = alpn::none;           ///< What is asked of its TLS.
};

/// What came of it: a stream, or why there is none.
struct dial_result {
    std::unique_ptr<stream> connected;
    bool resumed = false;
    protocol speaks = protocol::http_1_1;
    error_code code;   ///< Of the library.
    error_code cause;  ///< What the system said.
    std::string text;  ///< For people: host, port, certificate.

    std::string address;             ///< With which it is connected.
    std::vector<std::string> known;  ///< The addresses of the host, or of the proxy in its place.
    /// An address that was gone to in vain.
    struct attempt {
        std::string address;
        error_code code;  ///< Of the library.
    };
    std::vector<attempt> attempts;
    int alert = policy::no_alert;  ///< That ended the handshake.
};

class dial_user {
public:
    virtual ~dial_user() = default;
    /// A phase begins: `resolve`, `connect`, `proxy`, `handshake`. May come inside `dialer::start`.
    virtual void on_dial_phase(std::uint64_t id, phase begun) = 0;
    /// The dial goes to these addresses of those that are known now: for who gives it up and wants to know where it
    /// was.
    virtual void on_dial_addresses(std::uint64_t /*id*/, std::vector<std::string> const& /*known*/,
                                   std::vector<std::string> const& /*under_way*/) {}
    /// The end. Once, never inside `dialer::start`, not after `dial::abandon` returned on the same thread.
    virtual void on_dialed(std::uint64_t id, dial_result result) = 0;
};

/// A connection that is being opened.
class dial {
public:
    virtual ~dial() = default;
    /// Gives it up; thread safe; never blocks.
    virtual void abandon() noexcept = 0;
};

class dialer {
public:
    virtual ~dialer() = default;
    virtual std::shared_ptr<dial> start(std::uint64_t id, dial_target const& target,
                                        std::shared_ptr<dial_user> user) = 0;
};

}  // namespace oms::transport

#endif
