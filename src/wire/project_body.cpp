// SPDX-License-Identifier: BSL-1.0
#include "wire/project_body.hpp"

#include "wire/json_text.hpp"
#include "wire/validate.hpp"

#include <boost/json/parse.hpp>

#include <cstddef>

namespace oms::wire {

namespace {

namespace json = boost::json;

constexpr std::size_t ids_shown = 10;

}  // namespace

error_code parse_projects(std::string_view body, std::string_view name, project_info& out, std::string& said) {
    boost::system::error_code ec;
    json::value const parsed = json::parse(json::string_view(body.data(), body.size()), ec);
    auto const* const top = ec ? nullptr : parsed.if_object();
    auto const* const member = top == nullptr ? nullptr : top->if_contains("projects");
    auto const* const list = member == nullptr ? nullptr : member->if_array();
    if (list == nullptr) return errc::unexpected_body;
    std::size_t found = 0;
    std::string ids;
    for (json::value const& each : *list) {
        auto const* const o = each.if_object();
        if (o == nullptr) return errc::unexpected_body;
        if (json_text(*o, "name") != name) continue;
        project_info next;
        next.id = json_text(*o, "id");
        next.name = name;
        next.domain_id = json_text(*o, "domain_id");
        if (project_id_form(next.id) == id_form::invalid) return errc::unexpected_body;
        if (++found <= ids_shown) ids += (ids.empty() ? "" : ", ") + next.id;
        out = std::move(next);
    }
    if (found == 1) return {};
    out = project_info();
    said = found == 0 ? "IAM lists no project of this name"
                      : "IAM lists " + std::to_string(found) + " projects of this name: " + ids;
    return errc::project_not_found;
}

}  // namespace oms::wire
