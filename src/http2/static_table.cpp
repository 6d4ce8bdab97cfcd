// SPDX-License-Identifier: BSL-1.0
#include "http2/static_table.hpp"

#include <array>
#include <cstdint>

namespace oms::http2 {

namespace {

constexpr std::array<field_view, static_table_size> fields{{
    {":authority", ""},
    {":method", "GET"},
    {":method", "POST"},
    {":path", "/"},
    {":path", "/index.html"},
    {":scheme", "http"},
    {":scheme", "https"},
    {":status", "200"},
    {":status", "204"},
    {":status", "206"},
    {":status", "304"},
    {":status", "400"},
    {":status", "404"},
    {":status", "500"},
    {"accept-charset", ""},
    {"accept-encoding", "gzip, deflate"},
    {"accept-language", ""},
    {"accept-ranges", ""},
    {"accept", ""},
    {"access-control-allow-origin", ""},
    {"age", ""},
    {"allow", ""},
    {"authorization", ""},
    {"cache-control", ""},
    {"content-disposition", ""},
    {"content-encoding", ""},
    {"content-language", ""},
    {"content-length", ""},
    {"content-location", ""},
    {"content-range", ""},
    {"content-type", ""},
    {"cookie", ""},
    {"date", ""},
    {"etag", ""},
    {"expect", ""},
    {"expires", ""},
    {"from", ""},
    {"host", ""},
    {"if-match", ""},
    {"if-modified-since", ""},
    {"if-none-match", ""},
    {"if-range", ""},
    {"if-unmodified-since", ""},
    {"last-modified", ""},
    {"link", ""},
    {"location", ""},
    {"max-forwards", ""},
    {"proxy-authenticate", ""},
    {"proxy-authorization", ""},
    {"range", ""},
    {"referer", ""},
    {"refresh", ""},
    {"retry-after", ""},
    {"server", ""},
    {"set-cookie", ""},
    {"strict-transport-security", ""},
    {"transfer-encoding", ""},
    {"user-agent", ""},
    {"vary", ""},
    {"via", ""},
    {"www-authenticate", ""},
}};

constexpr std::size_t longest_name = 27;

// The fields whose names have one length, in their order: few to compare with.
struct by_length {
    std::array<std::uint8_t, longest_name + 2> begin{};
    std::array<std::uint8_t, static_table_size> at{};
};

constexpr by_length sort_by_length() noexcept {
    by_length made;
    std::uint8_t count = 0;
    for (std::size_t length = 0; length <= longest_name; ++length) {
        made.begin[length] = count;
        for (std::uint8_t i = 0; i < fields.size(); ++i) {
            if (fields[i].name.size() == length) made.at[count++] = i;
        }
    }
    made.begin[longest_name + 1] = count;
    return made;
}

constexpr by_length sorted = sort_by_length();
static_assert(sorted.begin.back() == static_table_size);

}  // namespace

field_view static_field(std::size_t index) noexcept {
    return fields[index - 1];
}

static_match find_static(std::string_view name, std::string_view value) noexcept {
    static_match found;
    if (name.size() > longest_name) return found;
    for (std::size_t i = sorted.begin[name.size()]; i < sorted.begin[name.size() + 1]; ++i) {
        field_view const& each = fields[sorted.at[i]];
        if (each.name != name) continue;
        bool const same = each.value == value;
        if (found.index == 0 || same) found = {sorted.at[i] + std::size_t{1}, same};
        if (same) break;
    }
    return found;
}

}  // namespace oms::http2
