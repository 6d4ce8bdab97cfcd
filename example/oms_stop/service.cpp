// SPDX-License-Identifier: BSL-1.0
#include "service.hpp"

#include "failure.hpp"
#include "task_text.hpp"

#include <cstdlib>
#include <deque>
#include <set>
#include <tuple>
#include <utility>

namespace oms_stop {

namespace {

std::string environment(char const* name, char const* other) {
    for (char const* const each : {name, other}) {
        char const* const value = std::getenv(each);
        if (value != nullptr && *value != '\0') return value;
    }
    return {};
}

oms::client_config config_for(options const& o, credential_sources const& sources, std::shared_ptr<watcher> events) {
    oms::client_config config;
    config.region = o.region;
    for (std::string const& each : o.endpoints) {
        std::size_t const equals = each.find('=');
        if (equals == std::string::npos) {
            config.endpoint = each;
        } else {
            config.endpoints[each.substr(0, equals)] = each.substr(equals + 1);
        }
    }
    config.credentials = sources.provider();
    config.tls.ca_file = o.ca_file;
    config.proxy.url = o.proxy.empty() ? environment("HTTPS_PROXY", "https_proxy") : o.proxy;
    config.proxy.no_proxy = environment("NO_PROXY", "no_proxy");
    config.pool.max_connections = o.concurrency;
    config.timeouts.total = o.timeout;
    config.throttle.rate = o.rate;
    config.observer = std::move(events);
    config.user_agent = "oms-stop";
    return config;
}

bool refuses_credential(oms::error_code code) {
    return code == oms::condition::unauthenticated;
}

}  // namespace

selected_task knowledge_of(oms::task_info const& info, oms::task_ref const& task) {
    selected_task result(task);
    result.status = info.status;
    result.source_region = info.source_region;
    result.source_bucket = info.source_bucket;
    result.destination_region = info.destination_region;
    result.destination_bucket = info.destination_bucket;
    result.started_at = info.started_at;
    return result;
}

service::service(options const& o) : sources(o), options_(o) {
    try {
        client_.emplace(loop.context(), config_for(o, sources, events));
    } catch (oms::config_error const& e) {
        throw usage_error(e.what());
    }
}

service::~service() = default;

void service::preflight(std::vector<oms::task_ref> const& of) {
    std::set<std::tuple<std::size_t, std::string, std::string>> seen;
    std::vector<oms::list_query> queries;
    for (oms::task_ref const& task : of) {
        std::size_t const account = sources.account_of(task.project_id);
        std::string const own = sources.has_tokens_by_project(account) ? task.project_id : std::string();
        if (!seen.emplace(account, task.region, own).second) continue;
        auto& query = queries.emplace_back(task.project_id, task.kind, task.region);
        query.limit = 1;
    }
    std::size_t refused = 0, failed = 0;
    std::string first;
    loop.each(queries.size(), options_.concurrency, [&](std::size_t i, auto done) {
        client().async_list(queries[i], [&, done](oms::error_code code, oms::task_page const& page) {
            done();
            // Who may stop need not be allowed to list.
            if (!code || code == oms::condition::permission_denied) return;
            ++(refuses_credential(code) ? refused : failed);
            if (first.empty()) first = oms::describe_failure(code, page.call);
        });
    });
    if (loop.interrupted()) throw failure(exit_code::interrupted, "interrupted before the first stop");
    if (refused + failed == 0) return;
    bool const all = refused == queries.size();
    throw failure(all ? exit_code::credentials_refused : exit_code::refused_to_start,
                  "nothing was stopped: " + std::to_string(refused + failed) + " of " + std::to_string(queries.size()) +
                      " tests of endpoints and credentials failed; the first: " + first);
}

std::vector<selected_task> service::running(std::vector<std::string> const& projects) {
    std::vector<selected_task> found;
    std::string fault;
    std::deque<std::pair<std::string, std::uint32_t>> pages;  // project and offset
    for (std::string const& project : projects)
        pages.emplace_back(project, 0);
    while (!pages.empty() && fault.empty() && !loop.interrupted()) {
        auto const now = std::exchange(pages, {});
        loop.each(now.size(), options_.concurrency, [&](std::size_t i, auto done) {
            oms::list_query query(now[i].first, options_.kind);
            query.offset = now[i].second;
            client().async_list(query, [&, i, done](oms::error_code code, oms::task_page const& page) {
                done();
                auto const& [project, offset] = now[i];
                if (code) {
                    if (fault.empty()) fault = project + ": " + oms::describe_failure(code, page.call);
                    return;
                }
                for (oms::task_info const& info : page.tasks) {
                    if (info.running()) found.push_back(knowledge_of(info, info.task));
                }
                std::size_t const next = offset + page.tasks.size();
                if (page.tasks.size() < 100 || next >= page.total) return;
                if (next > 10'000) {
                    fault = project + ": more than 10,000 tasks, which the service lists no further";
                } else {
                    pages.emplace_back(project, static_cast<std::uint32_t>(next));
                }
            });
        });
    }
    if (loop.interrupted()) throw failure(exit_code::interrupted, "interrupted while tasks were listed");
    if (!fault.empty()) throw failure(exit_code::refused_to_start, "tasks cannot be listed: " + fault);
    return found;
}

std::vector<service::shown> service::show(std::vector<oms::task_ref> const& tasks) {
    std::vector<shown> result(tasks.size());
    loop.each(tasks.size(), options_.concurrency, [&](std::size_t i, auto done) {
        client().async_show(tasks[i], [&, i, done](oms::error_code code, oms::task_info info) {
            result[i].code = code;
            result[i].info = std::move(info);
            done();
        });
    });
    if (loop.interrupted()) throw failure(exit_code::interrupted, "interrupted while tasks were looked at");
    return result;
}

std::string service::identity(std::size_t account, std::string const& project) {
    auto& provider = sources.provider_of(account);
    std::string text = provider.label();
    bool answered = false;
    oms::credential_request request;
    request.project_id = project;
    request.executor = loop.context().get_executor();
    provider.async_get(std::move(request), oms::credential_handler([&](oms::error_code code, oms::credential value) {
                           answered = true;
                           if (code || value.type != oms::credential::kind::key_pair) return;
                           std::string const& ak = value.access_key;
                           text = ak.size() < 12 ? "ak …" : "ak " + ak.substr(0, 4) + "…" + ak.substr(ak.size() - 4);
                       }));
    loop.run_until([&] { return answered || loop.interrupted(); });
    return text;
}

}  // namespace oms_stop
