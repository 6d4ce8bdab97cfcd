// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BENCH_SERVICE_PROCESS_HPP
#define OMS_BENCH_SERVICE_PROCESS_HPP

// The simulator in a process of its own, so that what it uses is not counted.

#include <sys/types.h>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace oms::bench {

struct service_options {
    std::size_t tokens = 1;                ///< Of so many projects.
    unsigned threads = 1;                  ///< Of the simulator.
    std::chrono::milliseconds latency{0};  ///< Of every reply.
};

/// Answers every stop 200. Made before the program has threads.
class service_process {
public:
    /// @throws std::runtime_error
    explicit service_process(service_options const& options = {});
    ~service_process();
    service_process(service_process const&) = delete;
    service_process& operator=(service_process const&) = delete;

    std::string const& endpoint() const noexcept { return endpoint_; }
    std::string const& ca_pem() const noexcept { return ca_pem_; }
    std::string const& token(std::size_t project = 0) const { return tokens_.at(project); }

private:
    pid_t child_ = -1;
    int stop_ = -1;  // it ends when this is closed
    std::string endpoint_;
    std::string ca_pem_;
    std::vector<std::string> tokens_;
};

}  // namespace oms::bench

#endif
