// SPDX-License-Identifier: BSL-1.0
#include "client/paging.hpp"

#include <utility>

namespace oms::detail {

paging::paging(list_query query) : query_(std::move(query)), first_(query_.offset) {}

void paging::take(task_page page) {
    std::size_t const count = page.tasks.size();
    if (pages_ == 0) {
        total_ = page.total;
    } else if (page.total != total_) {
        shifted_ = true;
    }
    for (task_info& row : page.tasks) {
        rows_.push_back(std::move(row));  // first: what was seen is not taken again
        bool is_new = false;
        try {
            is_new = seen_.insert(rows_.back().task.task_id).second;
        } catch (...) {
            rows_.pop_back();
            throw;
        }
        if (!is_new) rows_.pop_back();
        anything_new_ = anything_new_ || is_new;
        shifted_ = shifted_ || (!is_new && passes_ == 0);
    }
    ++pages_;
    std::uint64_t const after = std::uint64_t{query_.offset} + count;
    if (count == 0 || (count < query_.limit && after >= page.total)) return end_pass();
    if (after > last_offset) {
        beyond_reach_ = after < page.total;
        return end_pass();
    }
    query_.offset = static_cast<std::uint32_t>(after);
}

// One page cannot shift against another; nor do several where nothing moved.
void paging::end_pass() {
    ++passes_;
    bool const at_rest = passes_ == 1 ? !shifted_ && pages_ == 1 : !anything_new_ && !shifted_;
    ended_ = at_rest || passes_ == most_passes || (passes_ > 1 && !anything_new_);
    restless_ = ended_ && passes_ > 1 && anything_new_;
    if (ended_) return;
    query_.offset = first_;
    pages_ = 0;
    anything_new_ = shifted_ = beyond_reach_ = false;
}

std::optional<task_info> paging::next() {
    if (rows_.empty()) return std::nullopt;
    std::optional<task_info> first(std::move(rows_.front()));
    rows_.pop_front();
    return first;
}

}  // namespace oms::detail
