// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_LOG_HPP
#define STOP_SERVICE_LOG_HPP

#include <iostream>
#include <string>

namespace stop_service {

/// A line for the operator, of our own words: nothing of a header, of a body or of what the cloud said is ever in it,
/// so that no secret can be.
inline void log_line(std::string const& text) {
    std::clog << "stop-service: " + text + "\n" << std::flush;
}

}  // namespace stop_service

#endif
