// SPDX-License-Identifier: BSL-1.0
#include "auth/temporary_key.hpp"

#include "wire/iso_time.hpp"
#include "wire/json_text.hpp"
#include "wire/secure_zero.hpp"

#include <boost/json/parser.hpp>
#include <boost/json/static_resource.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <new>
#include <string>
#include <vector>

namespace oms::auth {

namespace {

namespace json = boost::json;

// JSON in memory of its own, which is wiped at the end.
class wiped_json {
public:
    explicit wiped_json(std::string_view text)
        : memory_(32 * text.size() + 8192),
          resource_(memory_.data(), memory_.size()),
          value_(json::storage_ptr(&resource_)) {
        try {
            json::parser parser{json::storage_ptr(&resource_)};
            boost::system::error_code ec;
            parser.reset(json::storage_ptr(&resource_));
            parser.write(text.data(), text.size(), ec);
            if (!ec) value_ = parser.release();
        } catch (std::bad_alloc const&) {  // deeper or wider than any such answer is
        }
    }
    wiped_json(wiped_json const&) = delete;
    wiped_json& operator=(wiped_json const&) = delete;
    ~wiped_json() { wire::secure_zero(memory_.data(), memory_.size()); }

    json::object const* object(char const* name) const {
        auto const* const top = value_.if_object();
        auto const* const found = top == nullptr ? nullptr : top->if_contains(name);
        return found == nullptr ? nullptr : found->if_object();
    }

private:
    std::vector<unsigned char> memory_;
    json::static_resource resource_;
    json::value value_;
};

// The clock counts by nanoseconds, and so ends in 2262; a year of four digits does not.
std::chrono::system_clock::time_point to_clock(std::chrono::sys_seconds time) noexcept {
    using wall_time = std::chrono::system_clock::time_point;
    if (time >= std::chrono::floor<std::chrono::seconds>(wall_time::max())) return wall_time::max();
    if (time <= std::chrono::ceil<std::chrono::seconds>(wall_time::min())) return wall_time::min();
    return time;
}

}  // namespace

std::optional<credential> parse_temporary_key(std::string_view body) {
    wiped_json const parsed(body);
    auto const* found = parsed.object("credential");
    if (found == nullptr) found = parsed.object("credentials");
    if (found == nullptr) return std::nullopt;
    // IAM's names, else those of pod identity.
    bool const of_pods = found->if_contains("accessKeyId") != nullptr;
    credential value = credential::from_keys(wire::json_text(*found, of_pods ? "accessKeyId" : "access"),
                                             wire::json_text(*found, of_pods ? "secretAccessKey" : "secret"),
                                             wire::json_text(*found, of_pods ? "securityToken" : "securitytoken"));
    auto const expires = wire::parse_iso_time(wire::json_text(*found, of_pods ? "expiration" : "expires_at"));
    if (value.access_key.empty() || value.secret_key.empty() || !expires) return std::nullopt;
    value.expires_at = to_clock(*expires);
    return value;
}

std::optional<std::chrono::system_clock::time_point> parse_token_expiry(std::string_view body) {
    wiped_json const parsed(body);
    auto const* const token = parsed.object("token");
    if (token == nullptr) return std::nullopt;
    auto const time = wire::parse_iso_time(wire::json_text(*token, "expires_at"));
    if (!time) return std::nullopt;
    return to_clock(*time);
}

}  // namespace oms::auth
