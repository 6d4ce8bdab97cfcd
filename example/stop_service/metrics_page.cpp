// SPDX-License-Identifier: BSL-1.0
#include "metrics_page.hpp"

#include "../prometheus_page.hpp"

#include <sstream>
#include <utility>
#include <vector>

namespace stop_service {

std::string metrics_page(job_runner const& runner, group_commit const& store, listeners const& listening,
                         oms::client_metrics const& client) {
    std::ostringstream text;
    prometheus_page page(text);
    page.number("stop_service_jobs", "gauge", runner.jobs());
    page.number("stop_service_tasks", "gauge", runner.tasks());
    page.number("stop_service_listeners", "gauge", listening.count());
    page.number("stop_service_jobs_accepted_total", "counter", runner.accepted());
    page.number("stop_service_jobs_overloaded_total", "counter", runner.overloaded());
    page.number("stop_service_commits_total", "counter", store.commits());
    page.number("stop_service_commit_failures_total", "counter", store.failures());
    std::vector<oms::reason_count> results;
    for (auto const& [outcome, count] : runner.results())
        results.emplace_back(outcome, count);
    page.by_reason("stop_service_results_total", "outcome", results);
    page.print(client);
    return std::move(text).str();
}

}  // namespace stop_service
