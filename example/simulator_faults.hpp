// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_SIMULATOR_FAULTS_HPP
#define OMS_SIMULATOR_FAULTS_HPP

#include <oms/testing/simulator.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// The words of a line of a script, for people.
extern char const fault_words[];

/// Adds the fault that a line describes, for example `method POST share 5% reply 503`: first which requests, then what
/// becomes of them. A line that is blank, or begins with `#`, is none.
/// @throws std::invalid_argument  a word, or its value, is wrong; names it.
void add_fault(oms::testing::simulator& sim, std::string_view line);

/// For example `250ms`, `2s`, `5m`.
std::optional<std::chrono::milliseconds> time_of(std::string_view text);

#endif
