// SPDX-License-Identifier: BSL-1.0
#include "client/environment.hpp"

#include "auth/secret_file.hpp"
#include "client/region_file.hpp"
#include "transport/tls_context.hpp"
#include "wire/chars.hpp"
#include "wire/join.hpp"
#include "wire/no_proxy.hpp"
#include "wire/proxy_url.hpp"
#include "wire/region.hpp"
#include "wire/secure_zero.hpp"
#include "wire/url.hpp"

#include <oms/credentials.hpp>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#ifdef _WIN32
#    include <stdlib.h>
#else
// NOLINTNEXTLINE(readability-redundant-declaration): no header of every system declares it
extern "C" char** environ;
#endif

namespace oms {

namespace detail {

namespace {

constexpr char const* regions_file = "HUAWEICLOUD_SDK_REGIONS_FILE";

struct variable {
    char const* name;
    std::string_view value;  // empty: not set
};

// The first of several names that is set.
variable find(environment const& variables, std::initializer_list<char const*> names) {
    for (char const* name : names) {
        auto const found = variables.find(name);
        if (found != variables.end() && !found->second.empty()) return {name, found->second};
    }
    return {*names.begin(), {}};
}

// Endpoints by commas, each checked, without the blanks around it, and with the scheme that other tools leave out.
std::string checked_endpoints(std::string const& field, std::string_view list) {
    std::string result;
    for (bool more = true; more;) {
        auto const comma = list.find(',');
        std::string_view const url = wire::trim(list.substr(0, comma));
        std::string reason;
        if (!wire::parse_endpoint(url, reason)) {
            throw config_error(field, reason + "; give https://host[:port], several by commas");
        }
        if (!result.empty()) result += ',';
        if (!wire::has_scheme(url)) result += "https://";
        result += url;
        more = comma != std::string_view::npos;
        list.remove_prefix(more ? comma + 1 : list.size());
    }
    return result;
}

// A region, for people: only what looks like one.
std::string name_of(std::string const& region) {
    constexpr std::size_t most = 32;
    bool const is_one = region.size() <= most &&
                        region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos;
    return is_one ? "region " + region : "a region of an odd name";
}

// Empty: there is none, and need not be.
std::string region_file_path(environment const& variables) {
    if (auto const named = find(variables, {regions_file}); !named.value.empty()) return std::string(named.value);
    auto const home = find(variables, {"HOME", "USERPROFILE"});
    return home.value.empty() ? std::string() : std::string(home.value) + "/.huaweicloud/regions.yaml";
}

void read_region_file(environment const& variables, client_config& config) {
    std::string const path = region_file_path(variables);
    auto const text = path.empty() ? std::nullopt : auth::read_secret_file(path);
    std::string const name = auth::name_of_file(path, regions_file);
    if (!text) {
        if (find(variables, {regions_file}).value.empty()) return;
        throw config_error(regions_file,
                           "cannot read " + name + "; give a readable YAML file up to 1 MiB, or unset it");
    }
    std::string reason;
    auto const table = parse_region_file(*text, "oms", reason);
    if (!table) throw config_error(regions_file, name + ", " + reason + "; mend or remove it");
    for (auto const& [region, urls] : *table) {
        std::string list;
        for (std::string const& url : urls) {
            std::string const field = wire::join({regions_file, " (", name, ", ", name_of(region), ")"});
            if (!list.empty()) list += ',';
            list += checked_endpoints(field, url);
        }
        config.endpoints[region] = std::move(list);
    }
}

void read_regions(environment const& variables, client_config& config) {
    read_region_file(variables, config);
    for (auto const& [name, value] : variables) {  // they overrule the file
        std::string const region = wire::region_of_variable(name, "OMS");
        if (!region.empty() && !value.empty()) config.endpoints[region] = checked_endpoints(name, value);
    }
    if (auto const own = find(variables, {"OMS_ENDPOINT"}); !own.value.empty()) {
        config.endpoint = checked_endpoints(own.name, own.value);
    }
    if (auto const iam = find(variables, {"HUAWEICLOUD_SDK_IAM_ENDPOINT"}); !iam.value.empty()) {
        config.iam_endpoint = checked_endpoints(iam.name, iam.value);
    }
    auto const region = find(variables, {"OMS_REGION"});
    config.region = region.value;
    bool const placed = !config.endpoint.empty() || config.endpoints.contains(config.region);
    if (!config.region.empty() && !placed && !wire::valid_region(config.region)) {
        throw config_error(region.name,
                           "its value is no region; one looks like cn-north-4. For a region of another shape set "
                           "OMS_ENDPOINT, too");
    }
}

void read_proxy(environment const& variables, client_config& config) {
    auto const proxy = find(variables, {"https_proxy", "HTTPS_PROXY"});
    std::string reason;
    if (!proxy.value.empty() && !wire::parse_proxy_url(proxy.value, reason)) {
        throw config_error(proxy.name,
                           reason + "; give http://[user:password@]host[:port], https://… or socks5://…, or unset it");
    }
    if (!proxy.value.empty() && !wire::has_scheme(proxy.value)) config.proxy.url = "http://";
    config.proxy.url += proxy.value;
    auto const except = find(variables, {"no_proxy", "NO_PROXY"});
    config.proxy.no_proxy = wire::no_proxy::well_formed(except.value, config.proxy.skipped_rules);
}

void read_roots(environment const& variables, client_config& config) {
    auto const file = find(variables, {"OMS_CA_FILE"});
    config.tls.ca_file = file.value;
    if (file.value.empty()) return;
    try {
        transport::tls_context const loads(config.tls);
    } catch (config_error const&) {
        throw config_error(file.name, "cannot load roots from " + auth::name_of_file(config.tls.ca_file, file.name) +
                                          "; give a readable PEM file of certificates, or unset it");
    }
}

}  // namespace

environment process_environment() {
    environment variables;
#ifdef _WIN32
    char const* const* next = _environ;
#else
    char const* const* next = environ;
#endif
    for (; next != nullptr && *next != nullptr; ++next) {
        std::string_view const line = *next;
        auto const equals = line.find('=');
        if (equals == 0 || equals == std::string_view::npos) continue;
        std::string_view const name = line.substr(0, equals);
        bool const ours = name.starts_with("OMS_") || name.starts_with("HUAWEICLOUD_SDK_REGION") ||
                          name == "HUAWEICLOUD_SDK_IAM_ENDPOINT" || name == "HOME" || name == "USERPROFILE" ||
                          wire::iequals(name, "https_proxy") || wire::iequals(name, "no_proxy");
        if (ours) variables.emplace(name, line.substr(equals + 1));
    }
    return variables;
}

client_config config_from(environment const& variables) {
    client_config config;
    read_regions(variables, config);
    read_proxy(variables, config);
    read_roots(variables, config);
    return config;
}

}  // namespace detail

client_config client_config::from_environment() {
    struct wiped {
        detail::environment variables = detail::process_environment();
        ~wiped() {  // a proxy's URL may hold a password
            for (auto& [name, value] : variables)
                wire::secure_zero(value.data(), value.size());
        }
    } const process;
    client_config config = detail::config_from(process.variables);
    config.credentials = default_credentials();
    return config;
}

}  // namespace oms
