// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_ENDURANCE_BAD_SERVICE_HPP
#define OMS_TEST_ENDURANCE_BAD_SERVICE_HPP

// The simulator with faults, behind a bad network, in a process of its own, so that what it uses is not counted.

#include <sys/types.h>
#include <cstdint>
#include <string>

namespace oms::endurance_test {

class bad_service {
public:
    /// Before the program has threads.
    /// @throws std::runtime_error
    explicit bad_service(std::uint64_t seed);
    ~bad_service();
    bad_service(bad_service const&) = delete;
    bad_service& operator=(bad_service const&) = delete;

    /// Of 127.0.0.1; the certificate is for `localhost`.
    std::uint16_t port() const noexcept { return port_; }
    std::string const& ca_pem() const noexcept { return ca_pem_; }
    std::string const& token() const noexcept { return token_; }
    std::string const& project() const noexcept { return project_; }

private:
    pid_t child_ = -1;
    int life_ = -1;  // it ends when this is closed
    std::uint16_t port_ = 0;
    std::string ca_pem_;
    std::string token_;
    std::string project_;
};

}  // namespace oms::endurance_test

#endif
