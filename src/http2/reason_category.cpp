// SPDX-License-Identifier: BSL-1.0
#include "http2/reason_category.hpp"

#include <cstddef>
#include <iterator>
#include <string>

namespace oms::http2 {

namespace {

constexpr char const* names[] = {
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY",
    "HTTP_1_1_REQUIRED",
};

class category final : public boost::system::error_category {
public:
    char const* name() const noexcept override { return "oms.http2"; }
    // A peer may say any number.
    std::string message(int value) const override {
        auto const at = static_cast<std::size_t>(static_cast<unsigned>(value)) - 1;
        return std::string("HTTP/2: ") + (at < std::size(names) ? names[at] : "a reason that has no name");
    }
};

}  // namespace

boost::system::error_category const& reason_category() noexcept {
    static category const only;
    return only;
}

boost::system::error_code code_of(reason why) noexcept {
    return {static_cast<int>(static_cast<std::uint32_t>(why) + 1), reason_category()};
}

}  // namespace oms::http2
