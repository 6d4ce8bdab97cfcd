// SPDX-License-Identifier: BSL-1.0
#include "csv.hpp"

#include "plain_text.hpp"

#include <utility>

namespace oms_stop {

std::optional<std::vector<std::string>> split_csv(std::string_view line, char separator) {
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
            if (at < line.size() && line[at] != separator) return {};
        } else {
            std::size_t const end = line.find(separator, at);
            field = line.substr(at, end == std::string_view::npos ? end : end - at);
            at += field.size();
        }
        fields.push_back(std::move(field));
        if (at == line.size()) return fields;
        ++at;  // the separator
    }
}

std::string csv_field(std::string_view text) {
    bool const formula = !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos;
    std::string const shown = (formula ? "'" : "") + plain(text);
    if (shown.find_first_of(",;\t\"'") == std::string::npos) return shown;
    std::string result = "\"";
    for (char const c : shown) {
        if (c == '"') result += '"';
        result += c;
    }
    return result + '"';
}

}  // namespace oms_stop
