// SPDX-License-Identifier: BSL-1.0
#include "file_guess.hpp"

#include <utility>

namespace oms_stop {

std::string strange_file(std::string_view begin) {
    using namespace std::literals;
    static constexpr std::pair<std::string_view, char const*> rows[] = {
        {"PK\x03\x04"sv, "a zip archive, as a spreadsheet (.xlsx) is one: save it as CSV"},
        {"\x1F\x8B"sv, "compressed by gzip: zcat it into oms-stop --from -"},
        {"\x28\xB5\x2F\xFD"sv, "compressed by zstd: zstdcat it into oms-stop --from -"},
        {"\xFD"
         "7zXZ"sv,
         "compressed by xz: xzcat it into oms-stop --from -"},
        {"%PDF"sv, "a PDF: save its table as CSV"},
        {"\xD0\xCF\x11\xE0"sv, "an old spreadsheet (.xls): save it as CSV"},
        {"<"sv, "HTML or XML: save its table as CSV"},
        {"SQLite"sv, "a database: print its table as CSV"},
    };
    for (auto const& [mark, what] : rows) {
        if (begin.starts_with(mark)) return std::string("this is ") + what;
    }
    if (begin.find('\0') != std::string_view::npos) {
        return "this is no text: it has a byte 0 (UTF-16 without a mark? save it as UTF-8)";
    }
    return {};
}

}  // namespace oms_stop
