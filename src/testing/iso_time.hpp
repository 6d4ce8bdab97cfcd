// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_ISO_TIME_HPP
#define OMS_TESTING_ISO_TIME_HPP

#include <chrono>
#include <string>

namespace oms::testing {

/// As IAM writes times: `2020-01-04T09:08:49.000000Z`.
std::string iso_time(std::chrono::sys_seconds time);

}  // namespace oms::testing

#endif
