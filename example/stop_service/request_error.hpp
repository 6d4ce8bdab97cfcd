// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_REQUEST_ERROR_HPP
#define STOP_SERVICE_REQUEST_ERROR_HPP

#include <stdexcept>
#include <string>

namespace stop_service {

/// Why a request is not served, as the caller is told.
class request_error : public std::runtime_error {
public:
    /// @param status  Of HTTP. A 503 says when to come again.
    request_error(unsigned status, std::string const& why) : std::runtime_error(why), status_(status) {}

    unsigned status() const noexcept { return status_; }

private:
    unsigned status_;
};

}  // namespace stop_service

#endif
