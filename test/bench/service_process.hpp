// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BENCH_SERVICE_PROCESS_HPP
#define OMS_BENCH_SERVICE_PROCESS_HPP

// The simulator in a process of its own, so that what it uses is not counted.

#include <sys/types.h>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace oms::bench {

struct service_options {
    std::size_t tokens = 1;                ///< Of so many projects.
    unsigned threads = 1;                  ///< Of the simulator.
    std::chrono::milliseconds latency{0};  ///< Of every reply.
};

/// Made before the program has threads.
class service_process {
public:
    struct words {
        std::string endpoint;
        std::string ca_pem;
        std::vector<std::string> tokens;
    };
    /// Tells the other process of the service, and returns once that one needs it no more.
    using serve_function = std::function<void(words const&)>;

    /// Answers every stop 200.
    /// @throws std::runtime_error
    explicit service_process(service_options const& options = {});
    /// One that `run`, in the process of its own, makes and serves.
    explicit service_process(std::function<void(serve_function const&)> const& run);
    ~service_process();
    service_process(service_process const&) = delete;
    service_process& operator=(service_process const&) = delete;

    std::string const& endpoint() const noexcept { return told_.endpoint; }
    std::string const& ca_pem() const noexcept { return told_.ca_pem; }
    std::string const& token(std::size_t project = 0) const { return told_.tokens.at(project); }

private:
    pid_t child_ = -1;
    int stop_ = -1;  // it ends when this is closed
    words told_;
};

}  // namespace oms::bench

#endif
