// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_SIMULATOR_PAGES_HPP
#define OMS_SIMULATOR_PAGES_HPP

#include <string>
#include <string_view>

std::string help_page();

/// For man(1).
std::string manual_page();

/// What makes a shell complete the options.
/// @throws bad_usage  unless the shell is "bash" or "zsh"
std::string completion_script(std::string_view shell);

#endif
