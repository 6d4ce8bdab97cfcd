// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_OPTIONS_HPP
#define STOP_SERVICE_OPTIONS_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace stop_service {

struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What the command line says. Region, endpoint and credentials are the environment's.
struct options {
    std::string address = "127.0.0.1";  ///< Nobody is asked who he is, so only this machine may ask.
    std::uint16_t port = 8080;          ///< 0: the system picks one.
    std::string database = "stop-service.db";
    /// Under which hosts a request may call us; see `request_guard`.
    std::vector<std::string> hosts{"localhost", "127.0.0.1", "[::1]"};

    // What the service takes on; beyond these it is overloaded.
    std::size_t max_tasks = 100'000;      ///< Accepted and not ended.
    std::size_t max_jobs = 1'000;         ///< Likewise.
    std::size_t max_listeners = 256;      ///< Streams of events at a time.
    std::size_t max_connections = 1'024;  ///< At a time; others wait to be accepted.

    std::chrono::seconds drain{20};     ///< What is in flight at the end has so long.
    std::chrono::seconds patience{30};  ///< With an endpoint that is away, and then until it is tried again.
    std::chrono::hours keep{168};       ///< A job that has ended is forgotten after that.
};

extern char const usage[];

/// @throws usage_error
options parse_options(std::vector<std::string> const& arguments);

}  // namespace stop_service

#endif
