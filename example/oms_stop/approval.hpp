// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_APPROVAL_HPP
#define OMS_STOP_APPROVAL_HPP

#include "event_loop.hpp"

#include <cstddef>
#include <string>

namespace oms_stop {

/// More tasks than this are stopped with consent only.
inline constexpr std::size_t stops_without_consent = 20;

/// Asks on the terminal for the number of tasks.
/// @throws failure  `refused_to_start` where there is no terminal, or another answer.
void ask(event_loop& loop, std::string const& question, std::size_t count);

}  // namespace oms_stop

#endif
