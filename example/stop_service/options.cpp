// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <string_view>

namespace stop_service {

char const usage[] =
    "usage: stop-service [--listen ADDRESS:PORT] [--host NAME]... [--database FILE]\n"
    "                    [--max-tasks N] [--max-jobs N] [--max-listeners N] [--max-connections N]\n"
    "                    [--drain SECONDS] [--patience SECONDS] [--keep HOURS]\n"
    "By default it listens on 127.0.0.1:8080; --host names others under which it is called, say by a proxy before it.\n"
    "Which region or endpoint, and by which credentials: OMS_REGION, OMS_ENDPOINT, HUAWEICLOUD_SDK_AK, …, as of\n"
    "oms::client_config::from_environment().\n";

namespace {

template <class Number>
Number number(std::string const& name, std::string_view text, Number least = 1) {
    Number value{};
    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || value < least)
        throw usage_error(name + " cannot be \"" + std::string(text) + "\"");
    return value;
}

// A million seconds are more than anybody waits, and no clock overflows.
template <class Duration>
Duration duration(std::string const& name, std::string const& text, std::uint32_t least) {
    return Duration(std::min<std::uint32_t>(number<std::uint32_t>(name, text, least), 1'000'000));
}

// `127.0.0.1:8080`, `[::1]:8080`.
void set_listen(options& o, std::string const& name, std::string const& value) {
    std::size_t const colon = value.rfind(':');
    if (colon == std::string::npos) throw usage_error(name + " takes ADDRESS:PORT");
    o.address = value.substr(0, colon);
    if (o.address.starts_with('[') && o.address.ends_with(']')) o.address = o.address.substr(1, o.address.size() - 2);
    o.port = number<std::uint16_t>(name, std::string_view(value).substr(colon + 1), 0);
}

struct option {
    std::string_view name;
    void (*set)(options&, std::string const& name, std::string const& value);
};

option const table[] = {
    {"--listen", set_listen},
    {"--host", [](options& o, std::string const&, std::string const& v) { o.hosts.push_back(v); }},
    {"--database", [](options& o, std::string const&, std::string const& v) { o.database = v; }},
    {"--max-tasks",
     [](options& o, std::string const& n, std::string const& v) { o.max_tasks = number<std::size_t>(n, v); }},
    {"--max-jobs",
     [](options& o, std::string const& n, std::string const& v) { o.max_jobs = number<std::size_t>(n, v); }},
    {"--max-listeners",
     [](options& o, std::string const& n, std::string const& v) { o.max_listeners = number<std::size_t>(n, v); }},
    {"--max-connections",
     [](options& o, std::string const& n, std::string const& v) { o.max_connections = number<std::size_t>(n, v); }},
    {"--drain",
     [](options& o, std::string const& n, std::string const& v) { o.drain = duration<std::chrono::seconds>(n, v, 0); }},
    {"--patience", [](options& o, std::string const& n,
                      std::string const& v) { o.patience = duration<std::chrono::seconds>(n, v, 1); }},
    {"--keep",
     [](options& o, std::string const& n, std::string const& v) { o.keep = duration<std::chrono::hours>(n, v, 1); }},
};

}  // namespace

options parse_options(std::vector<std::string> const& arguments) {
    options o;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        auto const* const found =
            std::ranges::find_if(table, [&](option const& each) { return each.name == arguments[i]; });
        if (found == std::end(table)) throw usage_error("there is no option " + arguments[i]);
        if (i + 1 == arguments.size()) throw usage_error(arguments[i] + " takes a value");
        found->set(o, arguments[i], arguments[i + 1]);
    }
    return o;
}

}  // namespace stop_service
