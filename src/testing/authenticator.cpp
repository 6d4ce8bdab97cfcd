// SPDX-License-Identifier: BSL-1.0
#include "testing/authenticator.hpp"

#include <string>
#include <utility>

namespace oms::testing {

namespace {

constexpr std::string_view incorrect = "Incorrect IAM authentication information: ";

// The service's own words, as far as its documents have them.
std::string_view words_of(key_verdict verdict) noexcept {
    switch (verdict) {
        case key_verdict::unknown:
            return "Get secretKey failed";
        case key_verdict::locked:
            return "AK access failed to reach the limit,forbidden";
        case key_verdict::out_of_time:
            return "the signature expires, x-sdk-date is more than 15 minutes off";
        case key_verdict::malformed:
            return "the authorization header is malformed";
        case key_verdict::wrong_signature:
        case key_verdict::other_project:
        case key_verdict::good:
            break;
    }
    return "verify aksk signature fail";
}

}  // namespace

authenticator::authenticator(simulator_options const& options, service_clock const& clock)
    : clock_(clock),
      tokens_(std::make_shared<token_office>(options.token_length)),
      keys_(options.bad_signatures_to_lock, options.key_lock, clock) {}

bool authenticator::admit(received_request const& who, std::string_view project, reply& out) {
    auto const named = who.head.find("X-Project-Id");
    if (!named.empty() && named != project) {
        ++other_header_;
        out.refuse(403, "APIGW.0302", "X-Project-Id names another project", who.request_id);
        return false;
    }
    if (!who.head.find("Authorization").empty()) return admit_signature(who, project, out);
    auto const token = who.head.find("X-Auth-Token");
    if (token.empty()) {
        out.refuse(401, "APIGW.0301", "Incorrect IAM authentication: x-auth-token not found", who.request_id);
        return false;
    }
    auto const verdict = tokens_->check(token, project, clock_.now());
    if (verdict == token_verdict::good) return true;
    if (verdict == token_verdict::other_project) ++other_token_;
    refuse_token(who, verdict, out);
    return false;
}

void authenticator::refuse_token(received_request const& who, token_verdict verdict, reply& out) {
    switch (verdict) {
        case token_verdict::damaged:
        case token_verdict::revoked:
            return out.refuse(401, "APIGW.0301", "Incorrect IAM authentication: decrypt token fail", who.request_id);
        case token_verdict::expired:
            return out.refuse(401, "APIGW.0307", "The token must be updated: token expires", who.request_id);
        case token_verdict::other_project:
            return out.refuse(403, "APIGW.0302", "The token is for another project", who.request_id);
        case token_verdict::good:
            break;
    }
}

std::optional<std::vector<std::string>> authenticator::projects_of(received_request const& who, std::string& user,
                                                                   reply& out) {
    if (auto const claim = parse_claim(who.head.find("Authorization"))) {
        if (!admit_signature(who, {}, out)) return std::nullopt;
        user = claim->access_key;
        auto const key = keys_.find(user);
        return key ? key->projects : std::vector<std::string>();
    }
    token_facts facts;
    auto const token = who.head.find("X-Auth-Token");
    auto const verdict = token.empty() ? token_verdict::damaged : tokens_->look_up(token, clock_.now(), facts);
    if (verdict != token_verdict::good) {
        refuse_token(who, verdict, out);
        return std::nullopt;
    }
    user = std::move(facts.user);
    if (facts.project.empty()) return std::vector<std::string>();  // the whole account's
    return std::vector{std::move(facts.project)};
}

bool authenticator::admit_signature(received_request const& who, std::string_view project, reply& out) {
    auto const verdict =
        keys_.check({who.head.method, who.head.target, who.head.headers, who.body}, project, clock_.now());
    if (verdict == key_verdict::good) return true;
    if (verdict == key_verdict::other_project) {
        ++other_key_;
        out.refuse(403, "APIGW.0302", "The key is for another project", who.request_id);
    } else {
        out.refuse(401, "APIGW.0301", std::string(incorrect).append(words_of(verdict)), who.request_id);
    }
    return false;
}

mismatch_counts authenticator::mismatches() const {
    mismatch_counts sum;
    sum.token_project = other_token_;
    sum.header_project = other_header_;
    sum.key_project = other_key_;
    sum.signature = keys_.bad_signatures();
    return sum;
}

}  // namespace oms::testing
