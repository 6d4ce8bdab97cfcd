// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_HAPROXY_SERVER_HPP
#define OMS_TEST_SYSTEM_HAPROXY_SERVER_HPP

#include "system/child_process.hpp"
#include "system/temporary_directory.hpp"

#include "testing/certificate.hpp"

#include <oms/testing/simulator.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace oms::test {

/// HAProxy on a loopback port of its own: terminates TLS.
class haproxy_server {
public:
    /// In front of a simulator, which must outlive it.
    /// @throws std::runtime_error  it does not start; says what it reported.
    explicit haproxy_server(testing::simulator const& simulator);
    /// In front of whatever listens at a port of 127.0.0.1. It asks for a client's certificate, and hangs up on who
    /// has one.
    /// @param root  That `own` is by.
    haproxy_server(testing::identity const& root, testing::identity const& own, std::uint16_t upstream);

    std::uint16_t port() const noexcept { return port_; }
    std::string endpoint() const { return "https://localhost:" + std::to_string(port_); }
    /// The root to trust: not the simulator's.
    std::string const& ca_pem() const noexcept { return ca_pem_; }

private:
    /// @param configuration  Of it, by the descriptor that it listens at.
    void start(std::function<std::string(int)> const& configuration);
    std::string write(testing::identity const& own);

    temporary_directory directory_;
    std::uint16_t port_ = 0;
    std::string ca_pem_;
    std::optional<child_process> process_;  // ends before its directory goes
};

}  // namespace oms::test

#endif
