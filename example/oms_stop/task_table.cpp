// SPDX-License-Identifier: BSL-1.0
#include "task_table.hpp"

#include <algorithm>
#include <limits>

namespace oms_stop {

namespace {

constexpr std::size_t block_size = 65536;
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();

std::int64_t ms_of(std::optional<utc_time> const& time) {
    if (!time) return never;
    return std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch()).count();
}

}  // namespace

std::size_t task_table::home_hash::operator()(home const& h) const {
    return hash_mixer().add(h.region).add(h.project).add(static_cast<int>(h.kind)).hash();
}

std::size_t task_table::knowledge_hash::operator()(task_knowledge const& k) const {
    return hash_mixer()
        .add(k.status)
        .add(k.source_region)
        .add(k.source_bucket)
        .add(k.destination_region)
        .add(k.destination_bucket)
        .hash();
}

task_table::home task_table::home_of(oms::task_ref const& task) {
    return {task.region, task.project_id, task.kind};
}

// That of the task, or the free one where it belongs.
std::size_t task_table::slot_of(std::uint32_t of_home, std::string_view id) const {
    std::size_t slot = hash_mixer().add(of_home).add(id).hash();
    while (true) {
        slot &= slots_.size() - 1;
        number const taken = slots_[slot];
        if (taken == 0) return slot;
        row const& r = rows_[taken - 1];
        if (r.home == of_home && r.id_text() == id) return slot;
        ++slot;
    }
}

char const* task_table::keep(std::string_view id) {
    if (blocks_.empty() || free_size_ < id.size()) {
        free_size_ = std::max(block_size, id.size());  // an id may be of any size where a service, or a file, says so
        free_ = blocks_.emplace_back(std::make_unique_for_overwrite<char[]>(free_size_)).get();
    }
    char* const to = free_;
    std::ranges::copy(id, to);
    free_ += id.size();
    free_size_ -= id.size();
    return to;
}

void task_table::grow() {
    if (rows_.size() * 3 < slots_.size() * 2) return;
    slots_.assign(std::max<std::size_t>(16, slots_.size() * 2), 0);
    for (std::size_t n = 0; n < rows_.size(); ++n)
        slots_[slot_of(rows_[n].home, rows_[n].id_text())] = static_cast<number>(n + 1);
}

task_table::added task_table::add(selected_task const& task) {
    grow();
    std::uint32_t const of_home = homes_.number_of(home_of(task.task));
    std::string_view const id = task.task.task_id;
    number& slot = slots_[slot_of(of_home, id)];
    if (slot != 0) return {slot - 1, false};
    rows_.push_back(
        {keep(id), ms_of(task.started_at), of_home, knowledge_.number_of(task), static_cast<std::uint32_t>(id.size())});
    slot = static_cast<number>(rows_.size());
    return {slot - 1, true};
}

std::optional<task_table::number> task_table::find(oms::task_ref const& task) const {
    auto const of_home = homes_.find(home_of(task));
    if (!of_home || slots_.empty()) return {};
    number const taken = slots_[slot_of(*of_home, task.task_id)];
    if (taken == 0) return {};
    return taken - 1;
}

oms::task_ref task_table::task(number n) const {
    row const& r = rows_[n];
    home const& h = homes_[r.home];
    return {h.project, std::string(r.id_text()), h.kind, h.region};
}

std::optional<utc_time> task_table::started_at(number n) const {
    std::int64_t const ms = rows_[n].started_ms;
    if (ms == never) return {};
    return utc_time(std::chrono::milliseconds(ms));
}

selected_task task_table::operator[](number n) const {
    selected_task result(task(n));
    static_cast<task_knowledge&>(result) = knowledge(n);
    result.started_at = started_at(n);
    return result;
}

void task_table::learn(number n, selected_task const& task) {
    rows_[n].about = knowledge_.number_of(task);
    rows_[n].started_ms = ms_of(task.started_at);
}

}  // namespace oms_stop
