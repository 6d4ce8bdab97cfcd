// SPDX-License-Identifier: BSL-1.0
#include "auth/acting_identity.hpp"
#include "auth/iam_endpoint.hpp"
#include "auth/project_tokens.hpp"
#include "auth/shared_key.hpp"
#include "auth/temporary_key.hpp"
#include "policy/durations.hpp"
#include "wire/json_string.hpp"
#include "wire/request.hpp"

#include <oms/agency.hpp>
#include <oms/config.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace oms {

namespace {

using auth::acting_identity;
using auth::credential_ptr;
using auth::fetch_result;
using auth::source_request_ptr;

constexpr std::chrono::seconds least_duration(900);
constexpr std::chrono::seconds most_duration(86'400);

agency_options checked(agency_options options) {
    if (options.agency.empty()) throw config_error("agency_options::agency", "is empty; it is the agency's name");
    if (options.domain_name.empty() == options.domain_id.empty()) {
        throw config_error("agency_options::domain_name", options.domain_name.empty()
                                                              ? "is empty, as domain_id is; one says whose agency it is"
                                                              : "stands beside domain_id; leave one of them empty");
    }
    if (options.key_duration < least_duration || options.key_duration > most_duration) {
        throw config_error("agency_options::key_duration",
                           "must be 900 to 86400 s, not " + std::to_string(options.key_duration.count()) + " s");
    }
    return options;
}

// What IAM's words may repeat; the last one is not even sent.
std::array<std::string_view, 3> secrets_of(auth::active_credential const& by) noexcept {
    return {by.value.token.reveal(), by.value.security_token.reveal(), by.value.secret_key.reveal()};
}

// What the sources of an agency share: a request to IAM, by who may act.
class agency_requests {
public:
    agency_requests(agency_options options, std::shared_ptr<credentials_provider> acting)
        : options_(checked(std::move(options))),
          iam_("agency_options", options_.endpoint, options_.ca_file, options_.ca_pem, options_.timeout),
          acting_(std::move(acting), options_.acting_project) {}

    agency_options const& options() const noexcept { return options_; }
    std::string label() const {
        return "agency " + options_.agency + " of " +
               (options_.domain_id.empty() ? options_.domain_name : options_.domain_id);
    }
    acting_identity& acting() noexcept { return acting_; }
    acting_identity const& acting() const noexcept { return acting_; }

    /// The body as far as both kinds share it: `{"auth":{"identity":{…"domain_name":"…"`.
    std::string begin_body() const {
        bool const by_name = options_.domain_id.empty();
        std::string body = R"({"auth":{"identity":{"methods":["assume_role"],"assume_role":{"agency_name":)";
        wire::append_json_string(body, options_.agency);
        body += by_name ? R"(,"domain_name":)" : R"(,"domain_id":)";
        wire::append_json_string(body, by_name ? options_.domain_name : options_.domain_id);
        return body;
    }

    /// `done` gets the reply; nothing else: what it was answered 401 for is changed, and it may be tried again.
    void send(source_request_ptr const& job, credential_ptr const& by, std::string_view path, std::string_view query,
              std::string body, std::function<void(fetch_result&, bool rejected)> done) {
        auth::fetch_request r = iam_.request(job->region);
        r.body = std::move(body);
        r.head = "POST ";
        r.head += path;
        if (!query.empty()) r.head.append("?").append(query);
        r.head += " HTTP/1.1\r\n";
        wire::append_header(r.head, "User-Agent", job->user_agent());
        wire::append_header(r.head, "Content-Type", "application/json;charset=utf8");
        auto const signed_with = acting_.prove(r, path, query, *by, *job);
        job->send(std::move(r), [this, by, signed_with, done = std::move(done)](fetch_result got) {
            bool const rejected = !got.code && got.status == 401;
            if (rejected) acting_.rejected(by, signed_with, got);
            done(got, rejected);
        });
    }

private:
    agency_options const options_;
    auth::iam_endpoint const iam_;
    acting_identity acting_;
};

class agency_tokens final : public auth::project_tokens {
public:
    agency_tokens(agency_options options, std::shared_ptr<credentials_provider> acting)
        : requests_(std::move(options), std::move(acting)) {}

    std::string label() const override { return requests_.label(); }

private:
    bool ready(auth::source_request const& job) const override { return requests_.acting().at_hand(job); }

    void log_in(source_request_ptr const& job) override {
        requests_.acting().get(
            job, [self = shared_from_this(), this, job](credential_ptr const& by, acting_identity::failure no) {
                if (!by) return fail(job, no.at, std::move(no.why), no.pause);
                go_on();  // the others need not wait any more
                assume(job, by);
            });
    }

    void assume(source_request_ptr const& job, credential_ptr const& by) {
        std::string body = requests_.begin_body() + "}},";
        append_scope(body, *job);
        body += "}}";
        requests_.send(job, by, "/v3/auth/tokens", "nocatalog=true", std::move(body),
                       [self = shared_from_this(), this, job, by](fetch_result& got, bool rejected) {
                           if (rejected && job->tries < acting_identity::max_tries) return again(job, got.at);
                           land(job, got, secrets_of(*by));
                       });
    }

    agency_requests requests_;
};

class agency_keys final : public auth::shared_key_source {
public:
    agency_keys(agency_options options, std::shared_ptr<credentials_provider> acting)
        : requests_(std::move(options), std::move(acting)) {}

    std::string label() const override { return requests_.label(); }

private:
    void fetch(source_request_ptr const& job) override { ask(job, 1); }

    void ask(source_request_ptr const& job, unsigned tries) {
        requests_.acting().get(
            job, [self = shared_from_this(), this, job, tries](credential_ptr const& by, acting_identity::failure no) {
                if (by) return assume(job, by, tries);
                land(job, no.at, no.why.code, {}, std::move(no.why.reason),
                     std::max<std::chrono::seconds>(no.pause, durations::shared_key_failed));
            });
    }

    void assume(source_request_ptr const& job, credential_ptr const& by, unsigned tries) {
        std::string body = requests_.begin_body() + R"(,"duration_seconds":)" +
                           std::to_string(requests_.options().key_duration.count()) + "}}}}";
        requests_.send(job, by, "/v3.0/OS-CREDENTIAL/securitytokens", {}, std::move(body),
                       [self = shared_from_this(), this, job, by, tries](fetch_result& got, bool rejected) {
                           if (rejected && tries < acting_identity::max_tries) return ask(job, tries + 1);
                           got_key(job, *by, got);
                       });
    }

    void got_key(source_request_ptr const& job, auth::active_credential const& by, fetch_result& got) {
        if (got.code || got.status != 201) {
            auto why = auth::refusal_of(got, secrets_of(by));
            bool const lasting = !got.code && (got.status == 401 || got.status == 403 || got.status == 404);
            return land(job, got.at, why.code, {}, std::move(why.reason),
                        lasting ? durations::closed_credential : durations::shared_key_failed);
        }
        auto value = auth::parse_temporary_key(got.body.reveal());
        if (!value) return land(job, got.at, errc::credentials_unavailable, {}, "IAM's answer holds no key");
        land(job, got.at, {}, std::move(*value), {});
    }

    agency_requests requests_;
};

}  // namespace

std::shared_ptr<credentials_provider> agency_token_credentials(agency_options options,
                                                               std::shared_ptr<credentials_provider> acting) {
    return std::make_shared<agency_tokens>(std::move(options), std::move(acting));
}

std::shared_ptr<credentials_provider> agency_key_credentials(agency_options options,
                                                             std::shared_ptr<credentials_provider> acting) {
    return std::make_shared<agency_keys>(std::move(options), std::move(acting));
}

}  // namespace oms
