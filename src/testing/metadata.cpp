// SPDX-License-Identifier: BSL-1.0
#include "testing/metadata.hpp"

#include "testing/iso_time.hpp"
#include "testing/names.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <utility>

namespace oms::testing {

namespace {

namespace json = boost::json;

constexpr std::string_view token_path = "/meta-data/latest/api/token";
constexpr std::string_view key_path = "/openstack/latest/securitykey";
constexpr int longest_token_life = 21'600;  // seconds

void say(reply& out, unsigned status, std::string_view text) {
    out.status = status;
    out.headers = "Content-Type: text/plain\r\n";
    out.body = text;
}

// A key is replaced so long before its end, and both are good until then.
std::chrono::seconds overlap(std::chrono::seconds lifetime) {
    return lifetime / 6;
}

}  // namespace

metadata::metadata(simulator_options const& options, service_clock const& clock, authenticator& by)
    : mode_(options.metadata_tokens), lifetime_(options.key_lifetime), clock_(clock), authenticator_(by) {}

void metadata::answer(received_request const& who, reply& out) {
    auto const target = who.head.target;
    auto const method = who.head.method;
    std::lock_guard const lock(mutex_);
    if (target == token_path && mode_ != metadata_token_use::none) {
        return method == "PUT" ? give_token(who, out) : say(out, 405, "Method Not Allowed");
    }
    if (target == key_path) return method == "GET" ? give_key(who, out) : say(out, 405, "Method Not Allowed");
    if (target == pod_path) return method == "POST" ? give_pod_key(who, out) : say(out, 405, "Method Not Allowed");
    say(out, 404, "Not Found");
}

void metadata::give_token(received_request const& who, reply& out) {
    auto const text = who.head.find("X-Metadata-Token-Ttl-Seconds");
    int life = 0;
    auto const parsed = std::from_chars(text.data(), text.data() + text.size(), life);
    if (text.empty() || parsed.ptr != text.data() + text.size() || life < 1 || life > longest_token_life) {
        return say(out, 400, "Bad Request");
    }
    ++counts_.tokens;
    std::string token = "imds-";
    append_hex_id(next_++, token);
    say(out, 200, token);
    tokens_.insert(std::move(token));
}

void metadata::give_key(received_request const& who, reply& out) {
    auto const token = who.head.find("X-Metadata-Token");
    bool const needed = mode_ == metadata_token_use::required || !token.empty();
    if (needed && !tokens_.contains(token)) {
        ++counts_.refused;
        return say(out, 401, "Unauthorized");
    }
    ++counts_.keys;
    renew_key();
    json::object credential{{"access", key_.id},
                            {"secret", key_.secret},
                            {"securitytoken", key_.security_token},
                            {"expires_at", iso_time(key_end_)}};
    out.body = json::serialize(json::object{{"credential", std::move(credential)}});
}

void metadata::give_pod_key(received_request const& who, reply& out) {
    if (who.head.find("Authorization") != pod_token) {
        ++counts_.refused;
        return say(out, 401, "Unauthorized");
    }
    if (who.body != "{}") return say(out, 400, "Bad Request");
    ++counts_.pod_keys;
    renew_key();
    json::object credentials{{"accessKeyId", key_.id},
                             {"secretAccessKey", key_.secret},
                             {"securityToken", key_.security_token},
                             {"expiration", iso_time(key_end_)}};
    out.body = json::serialize(json::object{{"credentials", std::move(credentials)}});
}

void metadata::renew_key() {
    auto const now = clock_.now();
    if (!key_.id.empty() && now < key_end_ - overlap(lifetime_)) return;
    key_ = temporary_key(next_++);
    key_end_ = now + lifetime_;
    authenticator_.keys().add(key_, key_end_);
}

void metadata::end_key() {
    std::lock_guard const lock(mutex_);
    if (!key_.id.empty()) authenticator_.keys().remove(key_.id);
    key_ = {};
}

void metadata::end_tokens() {
    std::lock_guard const lock(mutex_);
    tokens_.clear();
}

access_key metadata::key() {
    std::lock_guard const lock(mutex_);
    renew_key();
    return key_;
}

metadata_counts metadata::counts() const {
    std::lock_guard const lock(mutex_);
    return counts_;
}

}  // namespace oms::testing
