// SPDX-License-Identifier: BSL-1.0
#include "http2/static_table.hpp"

#include <array>
#include <cstdint>

namespace oms::http2 {

namespace {

constexpr std::array<field_view, static_table_size> plain_fields{{
    {":authority", "", 0},
    {":method", "GET", 0},
    {":method", "POST", 0},
    {":path", "/", 0},
    {":path", "/index.html", 0},
    {":scheme", "http", 0},
    {":scheme", "https", 0},
    {":status", "200", 0},
    {":status", "204", 0},
    {":status", "206", 0},
    {":status", "304", 0},
    {":status", "400", 0},
    {":status", "404", 0},
    {":status", "500", 0},
    {"accept-charset", "", 0},
    {"accept-encoding", "gzip, deflate", 0},
    {"accept-language", "", 0},
    {"accept-ranges", "", 0},
    {"accept", "", 0},
    {"access-control-allow-origin", "", 0},
    {"age", "", 0},
    {"allow", "", 0},
    {"authorization", "", 0},
    {"cache-control", "", 0},
    {"content-disposition", "", 0},
    {"content-encoding", "", 0},
    {"content-language", "", 0},
    {"content-length", "", 0},
    {"content-location", "", 0},
    {"content-range", "", 0},
    {"content-type", "", 0},
    {"cookie", "", 0},
    {"date", "", 0},
    {"etag", "", 0},
    {"expect", "", 0},
    {"expires", "", 0},
    {"from", "", 0},
    {"host", "", 0},
    {"if-match", "", 0},
    {"if-modified-since", "", 0},
    {"if-none-match", "", 0},
    {"if-range", "", 0},
    {"if-unmodified-since", "", 0},
    {"last-modified", "", 0},
    {"link", "", 0},
    {"location", "", 0},
    {"max-forwards", "", 0},
    {"proxy-authenticate", "", 0},
    {"proxy-authorization", "", 0},
    {"range", "", 0},
    {"referer", "", 0},
    {"refresh", "", 0},
    {"retry-after", "", 0},
    {"server", "", 0},
    {"set-cookie", "", 0},
    {"strict-transport-security", "", 0},
    {"transfer-encoding", "", 0},
    {"user-agent", "", 0},
    {"vary", "", 0},
    {"via", "", 0},
    {"www-authenticate", "", 0},
}};

constexpr std::array<field_view, static_table_size> number_names() noexcept {
    auto made = plain_fields;
    for (std::size_t i = 0; i < made.size(); ++i) {
        bool const first = i == 0 || made[i].name != made[i - 1].name;
        made[i].name_index = first ? static_cast<std::uint8_t>(i + 1) : made[i - 1].name_index;
    }
    return made;
}

constexpr std::array<field_view, static_table_size> static_fields = number_names();
static_assert(static_fields[transfer_encoding_index - 1].name == "transfer-encoding");

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
        for (std::size_t i = 0; i < static_fields.size(); ++i) {
            if (static_fields[i].name.size() == length) made.at[count++] = static_cast<std::uint8_t>(i);
        }
    }
    made.begin[longest_name + 1] = count;
    return made;
}

constexpr by_length names_by_length = sort_by_length();
static_assert(names_by_length.begin.back() == static_table_size);

}  // namespace

field_view static_field(std::size_t index) noexcept {
    return static_fields[index - 1];
}

static_match find_static(std::string_view name, std::string_view value) noexcept {
    static_match found;
    if (name.size() > longest_name) return found;
    for (std::size_t i = names_by_length.begin[name.size()]; i < names_by_length.begin[name.size() + 1]; ++i) {
        field_view const& each = static_fields[names_by_length.at[i]];
        if (each.name != name) continue;
        bool const same = each.value == value;
        if (found.index == 0 || same) found = {names_by_length.at[i] + std::size_t{1}, same};
        if (same) break;
    }
    return found;
}

}  // namespace oms::http2
