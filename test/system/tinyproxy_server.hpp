// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_TINYPROXY_SERVER_HPP
#define OMS_TEST_SYSTEM_TINYPROXY_SERVER_HPP

#include "system/child_process.hpp"
#include "system/temporary_directory.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/readable_pipe.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace oms::test {

/// tinyproxy on a loopback port of its own. It asks for user `user` with
/// password `passw0rd`, and tunnels to one port only.
class tinyproxy_server {
public:
    /// @throws std::runtime_error  it does not start; says what it reported.
    explicit tinyproxy_server(std::uint16_t allowed_port);

    std::uint16_t port() const noexcept { return port_; }

private:
    bool start(std::uint16_t allowed_port);

    temporary_directory directory_;
    boost::asio::io_context context_;
    boost::asio::readable_pipe output_{context_};  // open as long as it may write
    std::uint16_t port_ = 0;
    std::string log_;
    std::optional<child_process> process_;  // ends before its directory goes
};

}  // namespace oms::test

#endif
