// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_FILE_GUESS_HPP
#define OMS_STOP_FILE_GUESS_HPP

#include <string>
#include <string_view>

namespace oms_stop {

/// What a file is that is no list of tasks, and what to do: a sentence. Empty where it may be one.
/// @param begin  Its first bytes.
std::string strange_file(std::string_view begin);

}  // namespace oms_stop

#endif
