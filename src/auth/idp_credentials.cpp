// SPDX-License-Identifier: BSL-1.0
#include "auth/iam_endpoint.hpp"
#include "auth/secret_file.hpp"
#include "auth/shared_key.hpp"
#include "auth/temporary_key.hpp"
#include "policy/durations.hpp"
#include "wire/chars.hpp"
#include "wire/digest.hpp"
#include "wire/join.hpp"
#include "wire/json_string.hpp"
#include "wire/request.hpp"
#include "wire/validate.hpp"

#include <oms/config.hpp>

#include <cstdlib>
#include <utility>

namespace oms {

namespace {

using auth::fetch_result;
using auth::source_request_ptr;

constexpr char const* id_variable = "HUAWEICLOUD_SDK_IDP_ID";
constexpr char const* file_variable = "HUAWEICLOUD_SDK_ID_TOKEN_FILE";

std::string or_variable(std::string const& value, char const* name) {
    if (!value.empty()) return value;
    char const* const found = std::getenv(name);
    return found == nullptr ? std::string() : std::string(found);
}

// The id token gives a token of IAM, and that one a key.
class idp_provider final : public auth::shared_key_source {
public:
    explicit idp_provider(idp_options options)
        : options_(std::move(options)),
          iam_("idp_options", options_.endpoint, options_.ca_file, options_.ca_pem, options_.timeout) {
        if (!wire::valid_header_value(options_.idp_id)) {
            throw config_error("idp_options::idp_id", "holds a character that no header may have");
        }
    }

    std::string label() const override { return "identity provider"; }

private:
    using step = void (idp_provider::*)(source_request_ptr const&, fetch_result&);

    void send(source_request_ptr const& job, auth::fetch_request r, step next) {
        job->send(std::move(r),
                  [self = shared_from_this(), this, job, next](fetch_result got) { (this->*next)(job, got); });
    }

    std::string lacks() const override {
        if (or_variable(options_.idp_id, id_variable).empty()) return wire::join({id_variable, " is not set"});
        if (!or_variable(options_.id_token_file, file_variable).empty()) return {};
        return wire::join({file_variable, " is not set"});
    }

    void fetch(source_request_ptr const& job) override {
        auto const fail = [&](std::string reason) {
            land(job, job->asked, errc::credentials_unavailable, {}, std::move(reason));
        };
        std::string const id = or_variable(options_.idp_id, id_variable);
        std::string const path = or_variable(options_.id_token_file, file_variable);
        if (!wire::valid_header_value(id)) return fail(wire::join({id_variable, " holds what no header may"}));
        auto text = auth::read_secret_file(path);
        std::string const name =
            auth::name_of_file(path, options_.id_token_file.empty() ? file_variable : "idp_options::id_token_file");
        if (!text) return fail(name + " cannot be read");
        std::string_view const token = wire::without_space(*text);
        bool const good = wire::valid_token(token);
        auth::fetch_request r = iam_.request(job->region);
        r.head = "POST /v3.0/OS-AUTH/id-token/tokens HTTP/1.1\r\n";
        wire::append_header(r.head, "User-Agent", job->user_agent());
        wire::append_header(r.head, "Content-Type", "application/json;charset=utf8");
        wire::append_header(r.head, "X-Idp-Id", id);
        r.body.reserve(6 * token.size() + 64);  // growing would leave copies behind
        r.body += R"({"auth":{"id_token":{"id":)";
        wire::append_json_string(r.body, token);
        r.body += "}}}";
        wire::wipe(*text);
        if (!good) return fail(name + " holds no token");
        send(job, std::move(r), &idp_provider::got_token);
    }

    void got_token(source_request_ptr const& job, fetch_result& got) {
        if (!usable(job, got)) return;
        std::string_view const token = got.subject_token.reveal();
        if (!wire::valid_token(token)) {
            return land(job, got.at, errc::credentials_unavailable, {}, "IAM's answer holds no token");
        }
        auth::fetch_request r = iam_.request(job->region);
        r.head = "POST /v3.0/OS-CREDENTIAL/securitytokens HTTP/1.1\r\n";
        wire::append_header(r.head, "User-Agent", job->user_agent());
        wire::append_header(r.head, "Content-Type", "application/json;charset=utf8");
        r.body.reserve(6 * token.size() + 128);
        r.body += R"({"auth":{"identity":{"methods":["token"],"token":{"id":)";
        wire::append_json_string(r.body, token);
        r.body += R"(,"duration_seconds":21600}}}})";
        send(job, std::move(r), &idp_provider::got_key);
    }

    void got_key(source_request_ptr const& job, fetch_result& got) {
        if (!usable(job, got)) return;
        auto value = auth::parse_temporary_key(got.body.reveal());
        if (!value) return land(job, got.at, errc::credentials_unavailable, {}, "IAM's answer holds no key");
        land(job, got.at, {}, std::move(*value), {});
    }

    // False: it has landed.
    bool usable(source_request_ptr const& job, fetch_result& got) {
        if (!got.code && got.status == 201) return true;
        if (got.code) {
            land(job, got.at, got.code, {}, std::move(got.text));
            return false;
        }
        // Not in its own words: they may repeat a token.
        bool const rejected = got.status == 401;
        land(job, got.at, rejected ? errc::credentials_rejected : errc::credentials_unavailable, {},
             "IAM answered " + std::to_string(got.status),
             rejected ? durations::closed_credential : durations::shared_key_failed);
        return false;
    }

    idp_options const options_;
    auth::iam_endpoint const iam_;
};

}  // namespace

std::shared_ptr<credentials_provider> idp_credentials(idp_options options) {
    return std::make_shared<idp_provider>(std::move(options));
}

}  // namespace oms
