// SPDX-License-Identifier: BSL-1.0
#include "wire/join.hpp"

namespace oms::wire {

std::string join(std::initializer_list<std::string_view> parts) {
    std::size_t size = 0;
    for (std::string_view const part : parts)
        size += part.size();
    std::string all;
    all.reserve(size);
    for (std::string_view const part : parts)
        all += part;
    return all;
}

}  // namespace oms::wire
