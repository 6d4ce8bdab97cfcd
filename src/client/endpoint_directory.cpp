// SPDX-License-Identifier: BSL-1.0
#include "client/endpoint_directory.hpp"

#include "client/engine.hpp"
#include "wire/ip_address.hpp"
#include "wire/region.hpp"

#include <utility>

namespace oms::detail {

namespace {

void warn(step& s, std::string_view code, std::string text) {
    s.deferred.notify([&] {
        warning_event event;
        event.code = code;
        return event_note(event, std::move(text));
    });
}

std::vector<site> sites_of(settings const& rules, std::vector<wire::authority> const& places) {
    std::vector<site> sites;
    for (wire::authority const& each : places) {
        transport::dial_target target;
        target.host = each.host;
        target.port = each.port;
        target.literal = each.literal;
        target.peer = wire::host_and_port(each.host, each.port);
        bool const proxied = rules.proxy && !rules.proxy->except.covers(target.host, target.port);
        sites.push_back({std::move(target), proxied, wire::request_template(each, rules.user_agent)});
    }
    return sites;
}

}  // namespace

endpoint* endpoint_directory::of(step& s, call const& c) {
    entry* const found = find_or_add(s, c.machine.asked().asked, c.task.region);
    if (found == nullptr) return nullptr;
    if (found->by_pattern) warn_of_region(s, *found, c);
    return &found->to;
}

endpoint* endpoint_directory::at(step& s, std::string const& region) {
    entry* const found = find_or_add(s, oms::call::service::oms, region);
    return found == nullptr ? nullptr : &found->to;
}

endpoint_directory::entry* endpoint_directory::find_or_add(step& s, oms::call::service asked,
                                                           std::string const& named) {
    bool const iam = asked == oms::call::service::iam;
    bool const at_home = named.empty() && !iam;
    if (at_home && own_region_ != nullptr) return own_region_;
    settings const& rules = engine_.rules();
    std::string const& region = region_of(named);
    endpoint_key const key{asked, region};
    if (auto const known = all_.find(key); known != all_.end()) return known->second.get();
    auto const places = iam ? rules.iam_of(region) : rules.endpoints_of(region);
    if (places.empty()) return nullptr;
    auto made = std::make_unique<entry>(engine_, sites_of(rules, places), iam ? 0 : rules.config.pool.min_connections);
    made->by_pattern = !iam && rules.follows_pattern(region);
    if (made->by_pattern && !wire::known_region(region)) {
        warn(s, "unknown_region",
             "Region " + region + " is not known to this version; calls go to " + made->to.sites.front().target.host +
                 ".");
    }
    engine_.times.reserve();
    entry* const result = all_.emplace(key, std::move(made)).first->second.get();
    engine_.times.admit(result->to);
    if (at_home) own_region_ = result;
    return result;
}

// The documents disagree on where there are sync tasks: the service decides, and a person is told why it may refuse.
void endpoint_directory::warn_of_region(step& s, entry& e, call const& c) {
    std::string const& region = region_of(c.task.region);
    if (c.task.kind != task_kind::sync_task || wire::has_sync_tasks(region)) return;
    if (std::exchange(e.no_sync_told, true)) return;
    warn(s, "no_sync_tasks_in_region",
         "The service's documents name no sync tasks in region " + region + "; stops of them may be refused.");
}

std::string const& endpoint_directory::region_of(std::string const& named) const noexcept {
    return named.empty() ? engine_.config().region : named;
}

endpoint const* endpoint_directory::find(oms::call::service asked, std::string const& region) const {
    auto const known = all_.find(endpoint_key{asked, region.empty() ? engine_.config().region : region});
    return known == all_.end() ? nullptr : &known->second->to;
}

dialing* endpoint_directory::find_dial(std::uint64_t id) const noexcept {
    for (auto const& [key, each] : all_) {
        if (dialing* const d = each->to.opening().find(id)) return d;
    }
    return nullptr;
}

endpoint_directory::map endpoint_directory::release() noexcept {
    own_region_ = nullptr;
    return std::exchange(all_, {});
}

}  // namespace oms::detail
