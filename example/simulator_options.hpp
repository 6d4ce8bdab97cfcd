// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_SIMULATOR_OPTIONS_HPP
#define OMS_SIMULATOR_OPTIONS_HPP

// All options in one table: the command line, the help, the manual page and
// the shells' completions are made from it.

#include <oms/testing/options.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// What is wrong with a command line.
struct bad_usage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct settings {
    oms::testing::simulator_options options;
    std::string ca_out, token_out, profile_out, tasks_out, ca_key;
    std::vector<std::string> faults;  ///< Lines of a script.
    std::optional<std::chrono::milliseconds> tokens_end;
};

struct option_row {
    char const* name;   ///< With its dashes.
    char const* value;  ///< What stands for its value.
    char const* help;   ///< A sentence.
    void (*read)(settings&, std::string const& name, std::string const& value);

    /// Whether its value is one of a few, which `value` has between bars.
    bool has_choices() const noexcept { return std::string_view(value).find('|') != std::string_view::npos; }
    bool takes_file() const noexcept { return std::string_view(value) == "FILE"; }
};

std::span<option_row const> option_rows();

/// @throws bad_usage           an option is not there, or cannot have this value
/// @throws std::runtime_error  a file cannot be read
settings parse(std::span<char const* const> arguments);

#endif
