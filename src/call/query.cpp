// SPDX-License-Identifier: BSL-1.0
#include "call/query.hpp"

#include "wire/percent.hpp"

namespace oms::call {

void write_query_time(std::string& out, query_values const& values) {
    auto const ms = std::chrono::floor<std::chrono::milliseconds>(values.now).time_since_epoch();
    out += "query_time=";
    out += std::to_string(ms.count());
}

void write_page(std::string& out, query_values const& values) {
    out += "limit=";
    out += std::to_string(values.limit);
    out += "&offset=";
    out += std::to_string(values.offset);
    if (values.status.empty()) return;
    out += "&status=";
    wire::append_encoded(out, values.status);
}

void write_project_name(std::string& out, query_values const& values) {
    out += "name=";
    wire::append_encoded(out, values.name);
}

}  // namespace oms::call
