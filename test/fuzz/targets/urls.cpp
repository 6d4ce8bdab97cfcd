// SPDX-License-Identifier: BSL-1.0
// Endpoints, proxies and what is to be reached without one: a URL, a host and rules, a line each.
#include "fuzz/fuzz.hpp"
#include "wire/ip_address.hpp"
#include "wire/no_proxy.hpp"
#include "wire/proxy_url.hpp"
#include "wire/url.hpp"

#include <optional>
#include <string>
#include <vector>

namespace oms::fuzz {

namespace {

void check_endpoint(std::string_view url) {
    std::string reason;
    auto const to = wire::parse_endpoint(url, reason);
    require(to.has_value() == reason.empty(), "a refusal has a reason");
    require(shown(reason), "a reason may be shown");
    if (!to) return;
    require(!to->host.empty() && shown(to->host_header), "a host may go into a header");
    require(to->host_header.find_first_of(" /@?#\\") == std::string::npos, "a host is nothing but a host");
    auto const again = wire::parse_endpoint("https://" + to->host_header, reason);
    std::string_view const host(to->host);  // a dot at its end is for resolvers alone
    require(again && again->host == host.substr(0, host.size() - (host.ends_with('.') ? 1 : 0)) &&
                again->port == to->port && again->literal == to->literal,
            "what is written of an endpoint is read as the same");
}

void check_proxy(std::string_view url) {
    std::string reason;
    auto const by = wire::parse_proxy_url(url, reason);
    require(by.has_value() == reason.empty(), "a refusal has a reason");
    if (!by) return;
    require(!by->host.empty() && shown(by->peer), "a proxy may be shown");
    require(shown(by->authorization.reveal()), "an authorization is a header's value");
    require(by->password.reveal().size() <= 255 && by->user.reveal().size() <= 255, "SOCKS takes 255 bytes");
}

void check_rules(std::string_view rules, std::string const& host) {
    std::string reason;
    auto const all = wire::no_proxy::parse(rules, reason);
    std::vector<std::string> skipped;
    std::string const good = wire::no_proxy::well_formed(rules, skipped);
    auto const some = wire::no_proxy::parse(good, reason);
    require(some.has_value(), "what is well formed is taken");
    require(all.has_value() == skipped.empty(), "what is left out is what is wrong");
    for (std::uint16_t const port : {std::uint16_t{443}, std::uint16_t{8443}}) {
        bool const covered = some->covers(host, port);
        if (all) require(all->covers(host, port) == covered, "what is well formed says the same");
    }
}

}  // namespace

void run(input in) {
    std::string const url(in.line()), host(in.line()), rules(in.rest());
    check_endpoint(url);
    std::string reason;
    wire::parse_plain_endpoint(url, reason);
    check_proxy(url);
    check_rules(rules, host);
    if (wire::parse_ip_address(host)) require(shown(wire::host_and_port(host, 443)), "an address may be shown");
}

}  // namespace oms::fuzz
