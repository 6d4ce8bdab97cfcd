// SPDX-License-Identifier: BSL-1.0
#include "auth/iam_endpoint.hpp"

#include "policy/span.hpp"
#include "transport/tls_reloader.hpp"
#include "wire/chars.hpp"
#include "wire/region.hpp"
#include "wire/url.hpp"

#include <oms/config.hpp>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace oms::auth {

namespace {

constexpr char const* variable = "HUAWEICLOUD_SDK_IAM_ENDPOINT";
constexpr std::size_t body_limit = 1024 * 1024;

tls_ptr trust_of(std::string const& of, std::string const& ca_file, std::string const& ca_pem) {
    if (ca_file.empty() && ca_pem.empty()) return nullptr;
    tls_options tls;
    tls.ca_file = ca_file;
    tls.ca_pem = ca_pem;
    try {
        return std::make_shared<transport::tls_reloader>(tls);
    } catch (config_error const& e) {  // in the words of this source's options
        throw config_error(of + (e.field() == "tls.ca_file" ? "::ca_file" : "::ca_pem"), e.what());
    }
}

}  // namespace

iam_endpoint::iam_endpoint(std::string const& of, std::string endpoint, std::string const& ca_file,
                           std::string const& ca_pem, duration timeout)
    : timeout_(timeout) {
    if (!policy::is_positive_span(timeout)) {
        throw config_error(of + "::timeout", "must be above 0 and at most 50 years; spell no limit oms::unlimited");
    }
    std::string field = of + "::endpoint";
    char const* const named = std::getenv(variable);
    if (endpoint.empty() && named != nullptr) {
        field = variable;
        endpoint = named;
        // It may name several for `client_config`; a log-in takes the first.
        endpoint.erase(std::min(endpoint.find(','), endpoint.size()));
        endpoint = std::string(wire::trim(endpoint));
    }
    if (!endpoint.empty()) {
        std::string reason;
        to_ = wire::parse_endpoint(endpoint, reason);
        if (!to_) throw config_error(field, reason);
        if (field != variable && !wire::has_scheme(endpoint)) {
            throw config_error(field, "has no scheme: write https:// in front of the host");
        }
    }
    trust_ = trust_of(of, ca_file, ca_pem);
}

fetch_request iam_endpoint::request(std::string const& region) const {
    fetch_request r;
    std::string ignored;
    r.to = to_ ? *to_ : *wire::parse_endpoint(wire::iam_endpoint(region), ignored);
    r.trust = trust_;
    r.limit = timeout_;
    r.connect_limit = timeout_;
    r.address_limit = timeout_ / 2;
    r.body_limit = body_limit;
    return r;
}

}  // namespace oms::auth
