// SPDX-License-Identifier: BSL-1.0
#include "wire/ini.hpp"

#include "wire/chars.hpp"

#include <algorithm>
#include <cstddef>

namespace oms::wire {

namespace {

std::string_view next_line(std::string_view& text) noexcept {
    auto const end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return trim(line);
}

}  // namespace

std::optional<ini_section> read_ini_section(std::string_view text, std::string_view section) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    std::optional<ini_section> found;
    bool inside = false;
    while (!text.empty()) {
        std::string_view const line = next_line(text);
        if (line.empty() || line.front() == '#' || line.front() == ';') continue;
        if (line.front() == '[' && line.back() == ']') {
            inside = trim(line.substr(1, line.size() - 2)) == section;
            if (inside && !found) found.emplace();
            continue;
        }
        auto const separator = line.find_first_of("=:");
        if (!inside || separator == std::string_view::npos) continue;
        std::string key(trim(line.substr(0, separator)));
        std::transform(key.begin(), key.end(), key.begin(), to_lower);
        (*found)[std::move(key)] = trim(line.substr(separator + 1));
    }
    return found;
}

}  // namespace oms::wire
