// SPDX-License-Identifier: BSL-1.0
#include "report_line.hpp"

#include "plain_text.hpp"

#include <boost/crc.hpp>

#include <cstdio>

namespace oms_stop {

namespace {

// What stands in place of the last brace.
constexpr std::string_view form = ",\"sum\":\"00000000\"}";

// Of an object without its last brace.
std::string seal_of(std::string_view object) {
    boost::crc_32_type crc;
    crc.process_bytes(object.data(), object.size());
    crc.process_byte('}');
    char text[form.size() + 1];
    std::snprintf(text, sizeof text, ",\"sum\":\"%08x\"}", static_cast<unsigned>(crc.checksum()));
    return text;
}

}  // namespace

std::string sealed(boost::json::object const& line) {
    std::string text = json_text(line);
    text.pop_back();
    return text + seal_of(text);
}

bool seal_fits(std::string_view line) {
    if (line.size() <= form.size()) return false;
    std::size_t const end = line.size() - form.size();
    return line.substr(end) == seal_of(line.substr(0, end));
}

}  // namespace oms_stop
