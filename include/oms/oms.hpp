// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_OMS_HPP
#define OMS_OMS_HPP

/// @file
/// All of the library but its simulator.

#include <oms/agency.hpp>
#include <oms/attempt_headers.hpp>
#include <oms/bulk.hpp>
#include <oms/call_options.hpp>
#include <oms/client.hpp>
#include <oms/config.hpp>
#include <oms/credentials.hpp>
#include <oms/duration.hpp>
#include <oms/error.hpp>
#include <oms/metrics.hpp>
#include <oms/observer.hpp>
#include <oms/resolver.hpp>
#include <oms/start_keys.hpp>
#include <oms/task.hpp>
#include <oms/task_info.hpp>
#include <oms/version.hpp>

#endif
