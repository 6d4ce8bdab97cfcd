// SPDX-License-Identifier: BSL-1.0
#include "start_keys_file.hpp"

#include "failure.hpp"
#include "text_source.hpp"

#include <algorithm>
#include <cstdlib>

namespace oms_stop {

namespace {

struct key_name {
    std::string_view name;  ///< In a file.
    char const* variable;
    oms::secret oms::start_keys::*where;
};

constexpr key_name names[] = {
    {"source_access_key", "OMS_SOURCE_AK", &oms::start_keys::source_access_key},
    {"source_secret_key", "OMS_SOURCE_SK", &oms::start_keys::source_secret_key},
    {"destination_access_key", "OMS_DESTINATION_AK", &oms::start_keys::destination_access_key},
    {"destination_secret_key", "OMS_DESTINATION_SK", &oms::start_keys::destination_secret_key},
};

[[noreturn]] void wrong(std::string const& file, std::size_t line, char const* fault) {
    throw usage_error(file + ":" + std::to_string(line) + ": " + fault);
}

std::string_view trimmed(std::string_view text) noexcept {
    std::size_t const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

// A source that is a list of addresses has no keys: both are missing, or none.
char const* missing(oms::start_keys const& keys) {
    for (key_name const& each : names) {
        bool const of_source = each.name.starts_with("source");
        bool const list = keys.source_access_key.reveal().empty() && keys.source_secret_key.reveal().empty();
        if ((keys.*each.where).reveal().empty() && !(of_source && list)) return each.name.data();
    }
    return nullptr;
}

}  // namespace

start_keys_source start_keys_source::of_file(std::string_view text, std::string const& file_name) {
    start_keys_source result;
    std::string project;
    each_entry(text, [&](std::size_t number, std::string_view line) {
        if (line.front() == '[') {
            if (line.back() != ']' || line.size() == 2) wrong(file_name, number, "a section is \"[project]\"");
            project = trimmed(line.substr(1, line.size() - 2));
            if (result.by_project_.contains(project)) wrong(file_name, number, "this project has keys already");
            result.by_project_[project];
            return;
        }
        std::size_t const equals = line.find('=');
        std::string_view const name = trimmed(line.substr(0, equals));
        auto const* const found = std::ranges::find(names, name, &key_name::name);
        if (equals == std::string_view::npos || found == std::end(names)) {
            wrong(file_name, number,
                  "a line is \"key = value\"; the keys are source_access_key, source_secret_key, "
                  "destination_access_key and destination_secret_key");
        }
        result.by_project_[project].*found->where = oms::secret(std::string(trimmed(line.substr(equals + 1))));
    });
    if (result.by_project_.empty()) throw usage_error(file_name + ": there is no key in it");
    for (auto const& [of, keys] : result.by_project_) {
        char const* const name = missing(keys);
        if (name == nullptr) continue;
        throw usage_error(file_name + ": " +
                          (of.empty() ? "the keys for all projects lack " : "project " + of + " lacks ") + name);
    }
    return result;
}

start_keys_source start_keys_source::of_environment() {
    oms::start_keys keys;
    for (key_name const& each : names) {
        char const* const value = std::getenv(each.variable);
        if (value != nullptr) keys.*each.where = oms::secret(std::string(value));
    }
    if (char const* const name = missing(keys)) {
        throw usage_error(
            "starting takes keys: --keys names a file of them; else OMS_SOURCE_AK, OMS_SOURCE_SK, "
            "OMS_DESTINATION_AK and OMS_DESTINATION_SK, of which one is not set: the " +
            std::string(name));
    }
    start_keys_source result;
    result.by_project_.emplace(std::string(), std::move(keys));
    return result;
}

oms::start_keys const* start_keys_source::find(std::string const& project) const {
    auto found = by_project_.find(project);
    if (found == by_project_.end()) found = by_project_.find("");
    return found == by_project_.end() ? nullptr : &found->second;
}

}  // namespace oms_stop
