// SPDX-License-Identifier: BSL-1.0
#include "auth/secret_file.hpp"
#include "auth/shared_key.hpp"
#include "auth/temporary_key.hpp"
#include "policy/durations.hpp"
#include "wire/chars.hpp"
#include "wire/digest.hpp"
#include "wire/join.hpp"
#include "wire/request.hpp"
#include "wire/validate.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdlib>
#include <optional>
#include <utility>

namespace oms {

namespace {

using auth::fetch_result;
using auth::source_request_ptr;

constexpr char const* uri_variable = "HC_CONTAINER_CREDENTIALS_FULL_URI";
constexpr char const* token_file_variable = "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE";

std::string value_of(char const* name) {
    char const* const value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

// Whether plain HTTP leaves neither the machine nor its own link.
bool is_near(wire::authority const& to) {
    if (to.host == "localhost") return true;
    boost::system::error_code ec;
    auto const address = boost::asio::ip::make_address(to.host, ec);
    if (ec) return false;
    if (address.is_loopback()) return true;
    if (address.is_v6()) return address.to_v6().is_link_local();
    return (address.to_v4().to_uint() >> 16U) == 0xA9FEU;  // 169.254.0.0/16
}

struct place {
    wire::authority at;
    bool secure = false;
    std::string target;
};

std::optional<place> parse_uri(std::string_view uri) {
    place found;
    found.secure = uri.starts_with("https://");
    auto const host_at = uri.find("://");
    auto const slash = host_at == std::string_view::npos ? host_at : uri.find('/', host_at + 3);
    found.target = slash == std::string_view::npos ? "/" : std::string(uri.substr(slash));
    std::string ignored;
    std::string_view const endpoint = uri.substr(0, slash);
    auto const parsed =
        found.secure ? wire::parse_endpoint(endpoint, ignored) : wire::parse_plain_endpoint(endpoint, ignored);
    if (!parsed || !wire::valid_token(found.target)) return std::nullopt;
    found.at = *parsed;
    if (!found.secure && !is_near(found.at)) return std::nullopt;
    return found;
}

// The file is read at each request: whoever runs the pod replaces it.
class pod_identity_provider final : public auth::shared_key_source {
public:
    std::string label() const override { return "pod identity"; }

private:
    std::string lacks() const override {
        for (char const* const name : {uri_variable, token_file_variable}) {
            if (value_of(name).empty()) return wire::join({name, " is not set"});
        }
        return {};
    }

    void fetch(source_request_ptr const& job) override {
        auto const fail = [&](std::string reason) {
            land(job, job->asked, errc::credentials_unavailable, {}, std::move(reason));
        };
        std::string const uri = value_of(uri_variable);
        std::string const path = value_of(token_file_variable);
        auto const to = parse_uri(uri);
        if (!to)
            return fail(wire::join({uri_variable, " must be an https:// URI, or http:// of this machine or link"}));
        auto text = auth::read_secret_file(path);
        std::string const name = auth::name_of_file(path, token_file_variable);
        if (!text) return fail(name + " cannot be read");
        std::string_view const token = wire::without_space(*text);
        if (!wire::valid_token(token)) {
            wire::wipe(*text);
            return fail(name + " holds no token that a header may carry");
        }
        auth::fetch_request r;
        r.to = to->at;
        r.secure = to->secure;
        r.connect_limit = durations::pod_identity_reply;
        r.limit = 2 * durations::pod_identity_reply;
        r.body = "{}";
        r.head.reserve(to->target.size() + job->user_agent().size() + token.size() + 256);
        r.head += "POST " + to->target + " HTTP/1.1\r\n";
        wire::append_header(r.head, "User-Agent", job->user_agent());
        wire::append_header(r.head, "Content-Type", "application/json");
        wire::append_header(r.head, "Authorization", token);
        wire::wipe(*text);
        job->send(std::move(r), [self = shared_from_this(), this, job](fetch_result got) { got_key(job, got); });
    }

    void got_key(source_request_ptr const& job, fetch_result& got) {
        if (got.code) return land(job, got.at, got.code, {}, std::move(got.text));
        if (got.status != 200) {
            // Not in its own words: they may repeat the token.
            return land(job, got.at, errc::credentials_unavailable, {},
                        "pod identity gave no key: HTTP " + std::to_string(got.status));
        }
        auto value = auth::parse_temporary_key(got.body.reveal());
        if (!value) return land(job, got.at, errc::credentials_unavailable, {}, "pod identity's answer holds no key");
        land(job, got.at, {}, std::move(*value), {});
    }
};

}  // namespace

std::shared_ptr<credentials_provider> pod_identity_credentials() {
    return std::make_shared<pod_identity_provider>();
}

}  // namespace oms
