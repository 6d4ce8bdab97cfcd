// SPDX-License-Identifier: BSL-1.0
#include "client/region_file.hpp"

#include "wire/chars.hpp"

#include <yaml-cpp/yaml.h>

#include <stdexcept>
#include <utility>

namespace oms::detail {

namespace {

struct malformed : std::runtime_error {
    malformed(YAML::Node const& at, std::string const& what)
        : std::runtime_error("line " + std::to_string(at.Mark().line + 1) + ": " + what) {}
};

std::string text_of(YAML::Node const& node, char const* what) {
    if (!node.IsScalar()) throw malformed(node, std::string(what) + " is no text");
    return node.Scalar();
}

// By iteration: a look-up by a key knows only one case of letters.
YAML::Node member(YAML::Node const& map, std::string_view name) {
    for (auto const& each : map) {
        if (each.first.IsScalar() && wire::iequals(each.first.Scalar(), name)) return each.second;
    }
    return YAML::Node(YAML::NodeType::Undefined);
}

void add_region(YAML::Node const& entry, region_table& table) {
    if (!entry.IsMap()) throw malformed(entry, "an entry is no mapping with id and endpoint");
    YAML::Node const id = member(entry, "id");
    if (!id.IsDefined() || id.IsNull()) return;
    std::vector<std::string> urls;
    YAML::Node const list = member(entry, "endpoints");
    if (list.IsDefined() && !list.IsNull()) {
        if (!list.IsSequence()) throw malformed(list, "endpoints is no list");
        for (auto const& each : list)
            urls.push_back(text_of(each, "an endpoint"));
    }
    YAML::Node const single = member(entry, "endpoint");
    if (single.IsDefined() && !single.IsNull()) urls.push_back(text_of(single, "endpoint"));
    if (urls.empty()) throw malformed(entry, "the entry has no endpoint");
    table[text_of(id, "id")] = std::move(urls);
}

}  // namespace

std::optional<region_table> parse_region_file(std::string const& text, std::string_view service, std::string& reason) {
    region_table table;
    try {
        YAML::Node const root = YAML::Load(text);
        if (root.IsNull()) return table;
        if (!root.IsMap()) throw malformed(root, "the file is no mapping of services");
        YAML::Node const regions = member(root, service);
        if (!regions.IsDefined() || regions.IsNull()) return table;
        if (!regions.IsSequence()) throw malformed(regions, "the service has no list of regions");
        for (auto const& entry : regions)
            add_region(entry, table);
    } catch (YAML::Exception const& e) {  // behind a colon it repeats what it has read
        reason = "line " + std::to_string(e.mark.line + 1) + ": " + e.msg.substr(0, e.msg.find(':'));
        return std::nullopt;
    } catch (malformed const& e) {
        reason = e.what();
        return std::nullopt;
    }
    return table;
}

}  // namespace oms::detail
