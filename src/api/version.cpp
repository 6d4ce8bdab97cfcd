// SPDX-License-Identifier: BSL-1.0
#include <oms/version.hpp>

namespace oms {

static_assert(OMS_VERSION == 200, "version() says the same");

std::string_view version() noexcept {
    return "0.2.0";
}

}  // namespace oms
