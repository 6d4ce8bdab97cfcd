// SPDX-License-Identifier: BSL-1.0
#include "testing/query.hpp"

#include "testing/route.hpp"

#include <algorithm>
#include <charconv>

namespace oms::testing {

std::optional<std::string> find_parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        auto const pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        if (!pair.starts_with(name) || pair.substr(name.size(), 1) != "=") continue;
        std::string value;
        if (!percent_decode(pair.substr(name.size() + 1), value)) throw bad_parameter(std::string(name));
        return value;
    }
    return std::nullopt;
}

std::optional<std::int64_t> find_number(std::string_view query, std::string_view name, std::int64_t least,
                                        std::int64_t most) {
    auto const text = find_parameter(query, name);
    if (!text) return std::nullopt;
    std::int64_t value = 0;
    auto const* const end = text->data() + text->size();
    auto const result = std::from_chars(text->data(), end, value);
    if (result.ec != std::errc() || result.ptr != end || value < least || value > most) {
        throw bad_parameter(std::string(name));
    }
    return value;
}

}  // namespace oms::testing
