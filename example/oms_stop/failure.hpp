// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_FAILURE_HPP
#define OMS_STOP_FAILURE_HPP

#include "exit_code.hpp"

#include <stdexcept>
#include <string>

namespace oms_stop {

/// Ends the program with a sentence for its user, and an exit status.
class failure : public std::runtime_error {
public:
    failure(ending how, std::string const& sentence) : std::runtime_error(sentence), how_(how) {}
    ending how() const noexcept { return how_; }

private:
    ending how_;
};

/// The command line, or a file that it names, is wrong.
class usage_error : public failure {
public:
    explicit usage_error(std::string const& sentence) : failure(exit_code::usage, sentence) {}
};

}  // namespace oms_stop

#endif
