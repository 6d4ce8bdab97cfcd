// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SUPPORT_SPOKEN_HPP
#define OMS_TEST_SYSTEM_SUPPORT_SPOKEN_HPP

// Suites that are not about HTTP/1.1 itself are run a second time over HTTP/2, with one request on a connection at a
// time, so that what they count is the same.

#include <cstdlib>
#include <string_view>

namespace oms::test {

inline bool over_http_2() noexcept {
    char const* const spoken = std::getenv("OMS_TEST_HTTP");
    return spoken != nullptr && std::string_view(spoken) == "2";
}

}  // namespace oms::test

#endif
