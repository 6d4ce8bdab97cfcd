// SPDX-License-Identifier: BSL-1.0
#include <oms/version.hpp>

namespace oms {

static_assert(OMS_VERSION == 100, "version() says the same");

std::string_view version() noexcept {
    return "0.1.0";
}

}  // namespace oms
