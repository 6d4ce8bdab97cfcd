// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_START_KEYS_FILE_HPP
#define OMS_STOP_START_KEYS_FILE_HPP

#include <oms/start_keys.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace oms_stop {

/// The keys that starting a task again takes: those of a file, or of the environment.
class start_keys_source {
public:
    /// Reads lines `source_access_key = …`, and so on; those after a line `[project]` are that project's alone.
    /// @throws usage_error  names the line that is wrong, without its text, or the key that is missing.
    static start_keys_source of_file(std::string_view text, std::string const& file_name);
    /// `OMS_SOURCE_AK`, `OMS_SOURCE_SK`, `OMS_DESTINATION_AK`, `OMS_DESTINATION_SK`.
    /// @throws usage_error  one is not set.
    static start_keys_source of_environment();

    /// @return Null where there are none for this project.
    oms::start_keys const* find(std::string const& project) const;

private:
    std::map<std::string, oms::start_keys, std::less<>> by_project_;  // empty: all others
};

}  // namespace oms_stop

#endif
