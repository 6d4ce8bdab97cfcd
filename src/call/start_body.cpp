// SPDX-License-Identifier: BSL-1.0
#include "call/start_body.hpp"

#include "wire/json_string.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace oms::call {

namespace {

constexpr std::size_t longest_key = 100;
constexpr std::size_t longest_name = 16;  // with what surrounds it

bool valid(secret const& key) noexcept {
    std::string_view const text = key.reveal();
    return !text.empty() && text.size() <= longest_key &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool without_source(start_keys const& keys) noexcept {
    return keys.source_access_key.empty() && keys.source_secret_key.empty();
}

}  // namespace

char const* wrong_key(start_keys const& keys, task_kind kind) noexcept {
    if (kind == task_kind::sync_task || !without_source(keys)) {
        if (!valid(keys.source_access_key)) return "keys.source_access_key";
        if (!valid(keys.source_secret_key)) return "keys.source_secret_key";
    }
    if (!valid(keys.destination_access_key)) return "keys.destination_access_key";
    if (!valid(keys.destination_secret_key)) return "keys.destination_secret_key";
    return nullptr;
}

secret write_start_body(start_keys const& keys) {
    std::pair<char const*, secret const*> const members[] = {{"\"src_ak\":", &keys.source_access_key},
                                                             {"\"src_sk\":", &keys.source_secret_key},
                                                             {"\"dst_ak\":", &keys.destination_access_key},
                                                             {"\"dst_sk\":", &keys.destination_secret_key}};
    // At the greatest that it can become: growing would leave copies behind.
    std::size_t size = 2;
    for (auto const& [name, key] : members)
        size += longest_name + 6 * key->reveal().size();
    std::string text;
    text.reserve(size);
    for (auto const& [name, key] : members) {
        if (key->empty()) continue;
        text += text.empty() ? '{' : ',';
        text += name;
        wire::append_json_string(text, key->reveal());
    }
    text += '}';
    return secret(std::move(text));
}

}  // namespace oms::call
