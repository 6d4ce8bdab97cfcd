// SPDX-License-Identifier: BSL-1.0
#include "client/settings.hpp"

#include "policy/span.hpp"
#include "wire/region.hpp"
#include "wire/url.hpp"
#include "wire/validate.hpp"

#include <oms/version.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace oms::detail {

namespace {

using policy::is_positive_span;
using policy::is_span;

constexpr std::string_view span_above_0 = "must be above 0 and at most 50 years, or oms::unlimited";
constexpr std::string_view span = "must be 0 to 50 years, or oms::unlimited";
constexpr std::string_view count_from_1 = "must be at least 1, or oms::unlimited";
constexpr std::string_view rate = "must be above 0, or oms::unlimited";
constexpr std::string_view budget = "must be 0 or more, or oms::unlimited";

range_fault check(pool_options const& p) {
    if (p.max_connections < 1 || p.max_connections > 100'000) return {"pool.max_connections", "must be 1 to 100,000"};
    if (p.min_connections > std::min(p.max_idle, p.max_connections)) {
        return {"pool.min_connections", "must be at most pool.max_connections and pool.max_idle"};
    }
    if (!is_positive_span(p.idle_timeout)) return {"pool.idle_timeout", span_above_0};
    if (!is_positive_span(p.max_lifetime)) return {"pool.max_lifetime", span_above_0};
    if (p.max_handshakes < 1) return {"pool.max_handshakes", count_from_1};
    if (p.max_streams < 1) return {"pool.max_streams", count_from_1};
    if (p.max_pending < 1) return {"pool.max_pending", count_from_1};
    if (p.max_pending_per_project < 1) return {"pool.max_pending_per_project", count_from_1};
    return {};
}

range_fault check(throttle_options const& t) {
    if (!(t.rate > 0)) return {"throttle.rate", rate};
    if (!(t.per_project_rate > 0)) return {"throttle.per_project_rate", rate};
    if (t.per_project_in_flight < 1) return {"throttle.per_project_in_flight", count_from_1};
    return {};
}

range_fault check(limit_options const& l) {
    constexpr std::size_t least = 1024;
    constexpr std::string_view bytes = "must be at least 1,024 bytes";
    if (l.header < least) return {"limits.header", bytes};
    if (l.error_body < least) return {"limits.error_body", bytes};
    if (l.list_body < least) return {"limits.list_body", bytes};
    return {};
}

std::vector<wire::authority> parse_list(std::string const& field, std::string_view urls) {
    std::vector<wire::authority> result;
    for (;;) {
        auto const comma = urls.find(',');
        std::string_view const url = urls.substr(0, comma);
        std::string reason;
        auto parsed = wire::parse_endpoint(url, reason);
        if (!parsed) throw config_error(field, reason);
        if (!wire::has_scheme(url)) throw config_error(field, "has no scheme: write https:// in front of the host");
        result.push_back(std::move(*parsed));
        if (comma == std::string_view::npos) return result;
        urls.remove_prefix(comma + 1);
    }
}

std::vector<wire::authority> by_pattern(std::string const& region) {
    std::string ignored;
    auto parsed = wire::parse_endpoint(wire::oms_endpoint(region), ignored);
    return parsed ? std::vector<wire::authority>{std::move(*parsed)} : std::vector<wire::authority>{};
}

// Null: no proxy is given.
std::shared_ptr<transport::proxy_route const> parse_proxy(proxy_options& options, std::string const& user_agent) {
    secret const url(std::move(options.url));  // wipes it
    options.url.clear();
    if (url.empty()) return nullptr;
    std::string reason;
    auto except = wire::no_proxy::parse(options.no_proxy, reason);
    if (!except) throw config_error("proxy.no_proxy", reason);
    auto parsed = wire::parse_proxy_url(url.reveal(), reason);
    if (!parsed) throw config_error("proxy.url", reason);
    if (!wire::has_scheme(url.reveal())) {
        throw config_error("proxy.url", "has no scheme: write http://, https:// or socks5:// in front of the host");
    }
    return std::make_shared<transport::proxy_route const>(
        transport::proxy_route{std::move(*parsed), std::move(*except), user_agent, {}});
}

void require(range_fault const& fault) {
    if (fault) throw config_error(std::string(fault.field), std::string(fault.must));
}

}  // namespace

range_fault check(timeout_options const& t) {
    if (!is_positive_span(t.total)) return {"timeouts.total", span_above_0};
    if (!is_positive_span(t.attempt)) return {"timeouts.attempt", span_above_0};
    if (!is_positive_span(t.queue)) return {"timeouts.queue", span_above_0};
    if (!is_positive_span(t.resolve)) return {"timeouts.resolve", span_above_0};
    if (!is_positive_span(t.connect)) return {"timeouts.connect", span_above_0};
    if (!is_positive_span(t.handshake)) return {"timeouts.handshake", span_above_0};
    return {};
}

range_fault check(retry_options const& r) {
    if (r.max_attempts < 1) return {"retry.max_attempts", count_from_1};
    if (!is_span(r.base_delay)) return {"retry.base_delay", span};
    if (!is_span(r.throttled_delay)) return {"retry.throttled_delay", span};
    if (!is_span(r.max_delay)) return {"retry.max_delay", span};
    if (!is_span(r.max_retry_after)) return {"retry.max_retry_after", span};
    if (!(r.project_budget >= 0)) return {"retry.project_budget", budget};
    if (!(r.endpoint_budget >= 0)) return {"retry.endpoint_budget", budget};
    if (!(r.budget_per_success >= 0)) return {"retry.budget_per_success", budget};
    return {};
}

namespace {

transport::local_end parse_local_end(client_config const& config) {
    transport::local_end result;
    if (!config.local_address.empty()) {
        error_code ec;
        result.address = boost::asio::ip::make_address(config.local_address, ec);
        if (ec) throw config_error("local_address", "must be an address of this machine in digits, as 192.0.2.7");
    }
    result.interface = config.local_interface;
    std::size_t const most = transport::longest_interface_name();
    if (result.interface.size() > most || result.interface.find('\0') != std::string::npos) {
        throw config_error("local_interface", most == 0 ? "cannot be chosen on this system; give local_address"
                                                        : "must be the name of an interface, of at most " +
                                                              std::to_string(most) + " characters");
    }
    return result;
}

}  // namespace

settings::settings(client_config c) : config(std::move(c)) {
    if (!config.credentials) {
        throw config_error("credentials", "no provider is given; set oms::token_credentials(token), for example");
    }
    require(check(config.pool));
    require(check(config.timeouts));
    require(check(config.retry));
    require(check(config.throttle));
    require(check(config.limits));
    if (!wire::valid_header_value(config.user_agent)) {
        throw config_error("user_agent", "holds a character that no header may have");
    }

    if (config.endpoint.empty() && config.region.empty()) {
        throw config_error("region",
                           "neither a region nor an endpoint is given; set region = \"cn-north-4\", for example");
    }
    if (!config.region.empty() && config.endpoint.empty() && !config.endpoints.contains(config.region) &&
        !wire::valid_region(config.region)) {
        throw config_error("region", "\"" + config.region + "\" is no region; one looks like cn-north-4");
    }
    if (!config.endpoint.empty()) default_endpoints = parse_list("endpoint", config.endpoint);
    if (!config.iam_endpoint.empty()) iam_endpoints = parse_list("iam_endpoint", config.iam_endpoint);
    for (auto const& [region, urls] : config.endpoints) {
        region_endpoints[region] = parse_list("endpoints[\"" + region + "\"]", urls);
    }
    user_agent = "oms-cpp/" + std::string(version());
    if (!config.user_agent.empty()) user_agent += " " + config.user_agent;
    proxy = parse_proxy(config.proxy, user_agent);
    from = parse_local_end(config);
}

std::vector<wire::authority> settings::endpoints_of(std::string const& region) const {
    std::string const& wanted = region.empty() ? config.region : region;
    if (!default_endpoints.empty() && wanted == config.region) return default_endpoints;
    if (auto const found = region_endpoints.find(wanted); found != region_endpoints.end()) return found->second;
    return wire::valid_region(wanted) ? by_pattern(wanted) : std::vector<wire::authority>{};
}

std::vector<wire::authority> settings::iam_of(std::string const& project_name) const {
    if (!iam_endpoints.empty()) return iam_endpoints;
    std::string_view const region = std::string_view(project_name).substr(0, project_name.find('_'));
    return parse_list("iam_endpoint", wire::iam_endpoint(region));
}

bool settings::follows_pattern(std::string const& region) const {
    bool const own = region == config.region;
    return (!own || default_endpoints.empty()) && !region_endpoints.contains(region);
}

bool sendable(request_header const& header) noexcept {
    return wire::valid_header_name(header.name) && wire::valid_header_value(header.value) &&
           !wire::reserved_header(header.name);
}

std::string check(std::vector<request_header> const& headers) {
    for (request_header const& h : headers) {
        if (!sendable(h)) return "headers[\"" + h.name.substr(0, 64) + "\"]";
    }
    return {};
}

timeout_options merge(timeout_options const& base, timeout_overrides const& own) {
    timeout_options result = base;
    result.total = own.total.value_or(base.total);
    result.attempt = own.attempt.value_or(base.attempt);
    result.queue = own.queue.value_or(base.queue);
    result.resolve = own.resolve.value_or(base.resolve);
    result.connect = own.connect.value_or(base.connect);
    result.handshake = own.handshake.value_or(base.handshake);
    return result;
}

retry_options merge(retry_options const& base, retry_overrides const& own) {
    retry_options result = base;
    result.max_attempts = own.max_attempts.value_or(base.max_attempts);
    result.base_delay = own.base_delay.value_or(base.base_delay);
    result.throttled_delay = own.throttled_delay.value_or(base.throttled_delay);
    result.max_delay = own.max_delay.value_or(base.max_delay);
    result.max_retry_after = own.max_retry_after.value_or(base.max_retry_after);
    result.resend_open = own.resend_open.value_or(base.resend_open);
    return result;
}

}  // namespace oms::detail
