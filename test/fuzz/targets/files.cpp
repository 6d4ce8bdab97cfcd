// SPDX-License-Identifier: BSL-1.0
// Profile files (the first line names the section) and region files.
#include "client/region_file.hpp"
#include "fuzz/fuzz.hpp"
#include "wire/ini.hpp"

#include <functional>
#include <string>

namespace oms::fuzz {

void run(input in) {
    std::string const section(in.line()), text(in.rest());
    std::string_view const all(text);
    if (auto const found = wire::read_ini_section(all, section)) {
        std::less_equal<char const*> const before;
        for (auto const& [key, value] : *found) {
            require(key.find_first_of("=:\nABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos, "a key is in lower case");
            require(value.find('\n') == std::string_view::npos, "a value is of one line");
            require(value.empty() || (before(all.data(), value.data()) &&
                                      before(value.data() + value.size(), all.data() + all.size())),
                    "a value is of the text");
        }
    }
    std::string reason;
    auto const table = detail::parse_region_file(text, "oms", reason);
    require(table.has_value() == reason.empty(), "a refusal has a reason");
    if (!table) return;
    for (auto const& [region, urls] : *table)
        require(!urls.empty(), "a region has an endpoint");
}

}  // namespace oms::fuzz
