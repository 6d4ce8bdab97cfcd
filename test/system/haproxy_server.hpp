// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_HAPROXY_SERVER_HPP
#define OMS_TEST_SYSTEM_HAPROXY_SERVER_HPP

#include "system/child_process.hpp"
#include "system/temporary_directory.hpp"

#include <oms/testing/simulator.hpp>

#include <optional>
#include <string>

namespace oms::test {

/// HAProxy on a loopback port of its own: terminates TLS in front of a simulator.
class haproxy_server {
public:
    /// @param simulator  Must outlive it.
    /// @throws std::runtime_error  it does not start; says what it reported.
    explicit haproxy_server(testing::simulator const& simulator);

    std::string const& endpoint() const noexcept { return endpoint_; }
    /// The root to trust: not the simulator's.
    std::string const& ca_pem() const noexcept { return ca_pem_; }

private:
    temporary_directory directory_;
    std::string endpoint_;
    std::string ca_pem_;
    std::optional<child_process> process_;  // ends before its directory goes
};

}  // namespace oms::test

#endif
