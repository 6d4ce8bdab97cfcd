// SPDX-License-Identifier: BSL-1.0
#include "testing/agencies.hpp"

#include "testing/json_path.hpp"

#include <algorithm>
#include <cstdint>

namespace oms::testing {

namespace {

constexpr std::int64_t least_lifetime = 900;  // seconds; the default, too
constexpr std::int64_t longest_lifetime = 86'400;

}  // namespace

std::optional<agency_request> parse_agency_request(boost::json::value const& body) {
    auto const* const role = find(body, {"auth", "identity", "assume_role"});
    if (role == nullptr) return std::nullopt;
    auto const name = text_at(*role, {"agency_name"});
    auto const by_name = text_at(*role, {"domain_name"});
    auto const by_id = text_at(*role, {"domain_id"});
    if (!name || by_name.has_value() == by_id.has_value()) return std::nullopt;
    std::int64_t lifetime = least_lifetime;
    if (auto const* const asked = find(*role, {"duration_seconds"})) {
        if (!asked->is_int64()) return std::nullopt;
        lifetime = asked->as_int64();
    }
    if (lifetime < least_lifetime || lifetime > longest_lifetime) return std::nullopt;
    return agency_request{*name, by_name ? *by_name : *by_id, std::chrono::seconds(lifetime)};
}

void agency_list::add(agency made) {
    std::pair key(made.name, made.domain);
    all_.insert_or_assign(std::move(key), std::move(made));
}

void agency_list::remove(std::string_view name, std::string_view domain) {
    all_.erase({std::string(name), std::string(domain)});
}

agency const* agency_list::find(std::string_view name, std::string_view domain) const {
    auto const found = all_.find({std::string(name), std::string(domain)});
    return found == all_.end() ? nullptr : &found->second;
}

bool trusts(agency const& made, std::string_view who) {
    return made.trusted.empty() || std::ranges::find(made.trusted, who) != made.trusted.end();
}

}  // namespace oms::testing
