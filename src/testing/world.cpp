// SPDX-License-Identifier: BSL-1.0
#include "testing/world.hpp"

#include <algorithm>
#include <charconv>

namespace oms::testing {

namespace {

int last_state(task_kind kind) noexcept {
    return kind == task_kind::task_group ? 9 : 7;
}

bool can_stop(task_kind kind, int state) noexcept {
    if (state == task_state::running) return true;
    if (kind == task_kind::migration_task) return state == task_state::retrying;
    return kind == task_kind::task_group && state == task_state::creating;
}

bool can_start(task_kind kind, int state) noexcept {
    return state == task_state::stopped || (kind == task_kind::migration_task && state == task_state::failed);
}

}  // namespace

std::string task_state::to_text(task_kind kind, int state) {
    if (kind != task_kind::sync_task) return std::to_string(state);
    return state == running ? "SYNCHRONIZING" : "STOPPED";
}

std::optional<int> task_state::from_text(task_kind kind, std::string_view text) {
    if (kind == task_kind::sync_task) {
        if (text == "SYNCHRONIZING") return running;
        if (text == "STOPPED") return stopped;
        return std::nullopt;
    }
    int state = 0;
    auto const* const end = text.data() + text.size();
    auto const result = std::from_chars(text.data(), end, state);
    int const first = kind == task_kind::task_group ? 0 : 1;
    if (result.ec != std::errc() || result.ptr != end || state < first || state > last_state(kind)) return std::nullopt;
    return state;
}

world::task_table& world::table_of(shard& where, task_key const& key) {
    auto found = where.projects.find(key.project);
    if (found == where.projects.end()) found = where.projects.try_emplace(std::string(key.project)).first;
    return found->second[static_cast<std::size_t>(key.kind)];
}

template <class Shard>
auto* world::find_table(Shard& where, task_kind kind, std::string_view project) {
    auto const found = where.projects.find(project);
    return found == where.projects.end() ? nullptr : &found->second[static_cast<std::size_t>(kind)];
}

template <class Shard>
auto* world::find(Shard& where, task_key const& key) {
    auto* const table = find_table(where, key.kind, key.project);
    using entry = decltype(&table->by_id.find(key.task)->second);
    if (!table) return entry();
    auto const found = table->by_id.find(key.task);
    return found == table->by_id.end() || !found->second.known ? entry() : &found->second;
}

void world::add(task_key const& key, int state) {
    auto& where = shard_of(key.project);
    std::lock_guard const lock(where.mutex);
    auto& table = table_of(where, key);
    auto& entry = *table.by_id.try_emplace(std::string(key.task)).first;
    if (!entry.second.known) table.in_order.push_back(&entry);
    entry.second.known = true;
    entry.second.state = state;
    entry.second.shows_left = 0;
}

std::optional<int> world::state(task_key const& key) const {
    auto const& where = shard_of(key.project);
    std::lock_guard const lock(where.mutex);
    auto* const found = find(where, key);
    return found ? std::optional(found->state) : std::nullopt;
}

std::size_t world::stops(task_key const& key) const {
    auto const& where = shard_of(key.project);
    std::lock_guard const lock(where.mutex);
    auto* const found = find(where, key);
    return found ? found->stops : 0;
}

std::size_t world::starts(task_key const& key) const {
    auto const& where = shard_of(key.project);
    std::lock_guard const lock(where.mutex);
    auto* const found = find(where, key);
    return found ? found->starts : 0;
}

unsigned world::next_attempt(task_key const& key, operation what) {
    auto& where = shard_of(key.project);
    std::lock_guard const lock(where.mutex);
    auto& table = table_of(where, key);
    auto found = table.by_id.find(key.task);
    if (found == table.by_id.end()) found = table.by_id.try_emplace(std::string(key.task)).first;
    auto& known = found->second;
    switch (what) {
        case operation::stop:
            return ++known.stop_attempts;
        case operation::start:
            return ++known.start_attempts;
        case operation::show:
        case operation::list:
        case operation::none:
            break;
    }
    return ++known.show_attempts;
}

world::change world::stop(task_key const& key, unsigned pausing_shows) {
    auto& where = shard_of(key.project);
    std::lock_guard const lock(where.mutex);
    auto* const found = find(where, key);
    if (!found) return change::no_such_task;
    if (!can_stop(key.kind, found->state)) return change::not_in_this_state;
    bool const at_once = key.kind == task_kind::sync_task || pausing_shows == 0;
    found->state = at_once ? task_state::stopped : task_state::pausing;
    found->shows_left = pausing_shows;
    ++found->stops;
    return change::done;
}

world::change world::start(task_key const& key) {
    auto& where = shard_of(key.project);
    std::lock_guard const lock(where.mutex);
    auto* const found = find(where, key);
    if (!found) return change::no_such_task;
    if (!can_start(key.kind, found->state)) return change::not_in_this_state;
    found->state = task_state::running;
    ++found->starts;
    return change::done;
}

std::optional<int> world::show(task_key const& key) {
    auto& where = shard_of(key.project);
    std::lock_guard const lock(where.mutex);
    auto* const found = find(where, key);
    if (!found) return std::nullopt;
    int const seen = found->state;
    if (seen == task_state::pausing && found->shows_left > 0 && --found->shows_left == 0) {
        found->state = task_state::stopped;
    }
    return seen;
}

task_page world::list(task_kind kind, std::string_view project, std::optional<int> state, std::size_t offset,
                      std::size_t limit) const {
    auto const& where = shard_of(project);
    std::lock_guard const lock(where.mutex);
    task_page page;
    auto* const table = find_table(where, kind, project);
    if (!table) return page;
    for (auto const* const entry : table->in_order) {
        if (state && entry->second.state != *state) continue;
        if (page.count >= offset && page.rows.size() < limit) page.rows.emplace_back(entry->first, entry->second.state);
        ++page.count;
    }
    return page;
}

}  // namespace oms::testing
