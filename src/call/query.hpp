// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CALL_QUERY_HPP
#define OMS_CALL_QUERY_HPP

/// @file
/// The queries of requests: encoded, and in the canonical order that a signature needs.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace oms::call {

/// What queries are made of; each takes what it needs.
struct query_values {
    std::chrono::system_clock::time_point now{};
    std::uint32_t limit = 0;
    std::uint32_t offset = 0;
    std::string_view status;  ///< Empty: of any.
    std::string_view name;
};

/// `query_time=…`, in milliseconds: a sync task's counters are shown month by month.
void write_query_time(std::string& out, query_values const& values);
/// `limit=…&offset=…`, and `&status=…`.
void write_page(std::string& out, query_values const& values);
/// `name=…`.
void write_project_name(std::string& out, query_values const& values);

}  // namespace oms::call

#endif
