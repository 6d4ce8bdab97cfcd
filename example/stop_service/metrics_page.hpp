// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_METRICS_PAGE_HPP
#define STOP_SERVICE_METRICS_PAGE_HPP

#include "event_stream.hpp"
#include "group_commit.hpp"
#include "job_runner.hpp"

#include <oms/metrics.hpp>

#include <string>

namespace stop_service {

/// The service's numbers, and the client's behind them, as Prometheus reads them.
std::string metrics_page(job_runner const& runner, group_commit const& store, listeners const& listening,
                         oms::client_metrics const& client);

}  // namespace stop_service

#endif
