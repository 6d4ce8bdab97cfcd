// SPDX-License-Identifier: BSL-1.0
#include "csv.hpp"

#include <utility>

namespace oms_stop {

std::optional<std::vector<std::string>> split_csv(std::string_view line) {
    std::vector<std::string> fields;
    std::size_t at = 0;
    while (true) {
        std::string field;
        if (at < line.size() && line[at] == '"') {
            ++at;
            while (true) {
                std::size_t const quote = line.find('"', at);
                if (quote == std::string_view::npos) return {};
                field.append(line.substr(at, quote - at));
                at = quote + 1;
                if (at == line.size() || line[at] != '"') break;
                field += '"';
                ++at;
            }
            if (at < line.size() && line[at] != ',') return {};
        } else {
            std::size_t const comma = line.find(',', at);
            field = line.substr(at, comma == std::string_view::npos ? comma : comma - at);
            at += field.size();
        }
        fields.push_back(std::move(field));
        if (at == line.size()) return fields;
        ++at;  // the comma
    }
}

}  // namespace oms_stop
