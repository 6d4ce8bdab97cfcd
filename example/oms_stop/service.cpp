// SPDX-License-Identifier: BSL-1.0
#include "service.hpp"

#include "failure.hpp"
#include "task_text.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace oms_stop {

namespace {

oms::client_config config_for(options const& o, credential_sources const& sources, std::shared_ptr<watcher> events) {
    auto config = oms::client_config::from_environment();
    config.region = o.region;  // what the environment says of places is in the options already
    config.endpoint.clear();
    config.endpoints.clear();
    for (std::string const& each : o.endpoints) {
        std::size_t const equals = each.find('=');
        if (equals == std::string::npos) {
            config.endpoint = each;
        } else {
            config.endpoints[each.substr(0, equals)] = each.substr(equals + 1);
        }
    }
    config.credentials = sources.provider();
    if (!o.ca_file.empty()) config.tls.ca_file = o.ca_file;
    if (!o.proxy.empty()) config.proxy.url = o.proxy;
    config.pool.max_connections = o.concurrency;
    config.timeouts.total = o.timeout;
    config.throttle.rate = o.rate;
    config.observer = std::move(events);
    config.user_agent = "oms-stop";
    return config;
}

// A project's list, as it is read.
struct listing {
    listing(oms::task_ref p, oms::task_list l) : place(std::move(p)), rows(std::move(l)) {}

    oms::task_ref place;
    oms::task_list rows;
    std::vector<selected_task> found;
};

template <class Done>
void read_on(listing& of, Done done) {
    of.rows.async_next([&of, done](oms::error_code code, std::optional<oms::task_ref> task) {
        if (code || !task) return done(code);
        task->region = of.place.region;
        if (of.rows.info().running()) of.found.push_back(knowledge_of(of.rows.info(), *task));
        read_on(of, done);
    });
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

service::service(options const& o, credential_sources of) : sources(std::move(of)), options_(o) {
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

std::vector<selected_task> service::running(std::vector<oms::task_ref> const& projects) {
    std::vector<listing> lists;
    for (oms::task_ref const& place : projects) {
        oms::list_query query(place.project_id, place.kind, place.region);
        lists.emplace_back(place, client().list_all(std::move(query)));
    }
    std::string fault;
    loop.each(lists.size(), options_.concurrency, [&](std::size_t i, auto done) {
        read_on(lists[i], [&, i, done](oms::error_code code) {
            done();
            if (!fault.empty() || (!code && lists[i].rows.complete())) return;
            fault = lists[i].place.project_id + ": " +
                    (code ? oms::describe_failure(code, lists[i].rows.call())
                          : std::string("the list moves while it is read, or is longer than the service tells"));
        });
    });
    if (loop.interrupted()) throw failure(exit_code::interrupted, "interrupted while tasks were listed");
    if (!fault.empty()) throw failure(exit_code::refused_to_start, "tasks cannot be listed: " + fault);
    std::vector<selected_task> found;
    for (listing& each : lists)
        std::ranges::move(each.found, std::back_inserter(found));
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
    oms_stop::account const& of = sources.accounts()[account];
    if (of.source == "token") return "token of " + of.variable;
    if (of.source == "token-file") return "tokens of " + of.file;
    auto& provider = sources.provider_of(account);
    std::string text = provider.label();
    // No other has a key to show, and asking those that ask the network would need the client's.
    if (text != "environment" && text != "profile") return text;
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
