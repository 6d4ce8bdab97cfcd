// SPDX-License-Identifier: BSL-1.0
#include "auth/iam_endpoint.hpp"
#include "auth/project_tokens.hpp"
#include "wire/json_string.hpp"

#include <oms/config.hpp>

#include <string_view>
#include <utility>

namespace oms {

namespace {

using auth::fetch_result;
using auth::source_request_ptr;

class iam_provider final : public auth::project_tokens {
public:
    explicit iam_provider(iam_options options)
        : options_(std::move(options)),
          iam_("iam_options", options_.endpoint, options_.ca_file, options_.ca_pem, options_.timeout) {
        if (options_.user.empty()) throw config_error("iam_options::user", "is empty");
        if (options_.domain.empty()) throw config_error("iam_options::domain", "is empty");
        if (options_.password.empty()) throw config_error("iam_options::password", "is empty");
    }

    std::string label() const override { return "IAM log-in of " + options_.user; }

private:
    void log_in(source_request_ptr const& job) override {
        auth::fetch_request r = iam_.request(job->region);
        r.head = "POST /v3/auth/tokens?nocatalog=true HTTP/1.1\r\nUser-Agent: " + job->user_agent() +
                 "\r\nContent-Type: application/json;charset=utf8\r\n";
        // At the greatest that it can become: growing would leave copies of the password behind.
        r.body.reserve(6 * (options_.user.size() + options_.domain.size() + options_.password.reveal().size() +
                            job->project_id.size() + job->region.size()) +
                       256);
        r.body += R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"name":)";
        wire::append_json_string(r.body, options_.user);
        r.body += R"(,"password":)";
        wire::append_json_string(r.body, options_.password.reveal());
        r.body += R"(,"domain":{"name":)";
        wire::append_json_string(r.body, options_.domain);
        r.body += "}}}},";
        append_scope(r.body, *job);
        r.body += "}}";
        job->send(std::move(r), [self = shared_from_this(), this, job](fetch_result got) {
            std::string_view const sent = options_.password.reveal();
            land(job, got, {&sent, 1});
        });
    }

    iam_options const options_;
    auth::iam_endpoint const iam_;
};

}  // namespace

std::shared_ptr<credentials_provider> iam_token_credentials(iam_options options) {
    return std::make_shared<iam_provider>(std::move(options));
}

}  // namespace oms
