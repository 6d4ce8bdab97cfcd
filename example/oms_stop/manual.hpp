// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_MANUAL_HPP
#define OMS_STOP_MANUAL_HPP

#include <string>

namespace oms_stop {

/// The manual page, for man(1).
std::string manual_page();

}  // namespace oms_stop

#endif
