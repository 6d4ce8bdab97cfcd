// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_OPTION_TABLE_HPP
#define OMS_STOP_OPTION_TABLE_HPP

// All options in one table: the command line, the manual page and the shells'
// completions are made from it.

#include "options.hpp"

#include <span>
#include <string>
#include <variant>

namespace oms_stop {

/// Reads a value; false where it will not do.
using value_reader = bool (*)(options&, std::string const&);

struct option_row {
    char const* name;   ///< With its dashes.
    char const* value;  ///< What stands for its value; empty: it has none.
    char const* group;  ///< Under which heading it stands.
    char const* help;   ///< A sentence.
    std::variant<bool options::*, std::string options::*, std::vector<std::string> options::*, value_reader> target;
    char const* choices = "";  ///< All values, separated by spaces; empty: anything.
    char letter = 0;           ///< Its short name; 0: it has none.

    bool takes_file() const;
    bool takes_stream() const;  ///< Whether `-` stands for a standard stream.
    /// As on the command line: `-f,--from`.
    std::string names() const;
};

/// Of `oms-stop`.
std::span<option_row const> stop_options();
/// Of `oms-stop report`.
std::span<option_row const> report_options();
/// Of `oms-stop start`.
std::span<option_row const> start_options();

struct exit_row {
    int status;
    char const* meaning;
};
std::span<exit_row const> exit_rows();

/// What a signal does to a run.
struct signal_row {
    char const* names;
    char const* meaning;
};
std::span<signal_row const> signal_rows();

}  // namespace oms_stop

#endif
