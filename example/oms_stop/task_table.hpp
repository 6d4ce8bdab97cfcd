// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_TASK_TABLE_HPP
#define OMS_STOP_TASK_TABLE_HPP

#include "interned.hpp"
#include "selected_task.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace oms_stop {

/// Tasks by number, each once, in the order in which they came: about 90 bytes each, so that a million fit where a
/// few thousand do. What many share (project, region, buckets, status) is kept once.
class task_table {
public:
    using number = std::uint32_t;
    struct added {
        number at;
        bool fresh;  ///< `false`: it was there.
    };

    added add(selected_task const& task);
    std::optional<number> find(oms::task_ref const& task) const;
    std::size_t size() const noexcept { return rows_.size(); }

    oms::task_ref task(number n) const;
    selected_task operator[](number n) const;
    task_knowledge const& knowledge(number n) const { return knowledge_[rows_[n].about]; }
    std::optional<utc_time> started_at(number n) const;
    /// Tasks of one project, region and kind have the same, from 0.
    std::uint32_t group(number n) const { return rows_[n].home; }
    /// Takes what is known of a task anew.
    void learn(number n, selected_task const& task);

private:
    struct home {
        std::string region, project;
        oms::task_kind kind = oms::task_kind::sync_task;

        bool operator==(home const&) const = default;
    };
    struct home_hash {
        std::size_t operator()(home const& h) const;
    };
    struct knowledge_hash {
        std::size_t operator()(task_knowledge const& k) const;
    };
    struct row {
        char const* id;
        std::int64_t started_ms;  // of the epoch
        std::uint32_t home;
        std::uint32_t about;
        std::uint32_t id_size;

        std::string_view id_text() const noexcept { return {id, id_size}; }
    };

    static home home_of(oms::task_ref const& task);
    std::size_t slot_of(std::uint32_t of_home, std::string_view id) const;
    char const* keep(std::string_view id);
    void grow();

    interned<home, home_hash> homes_;
    interned<task_knowledge, knowledge_hash> knowledge_;
    std::deque<row> rows_;
    std::vector<std::unique_ptr<char[]>> blocks_;  // of ids
    char* free_ = nullptr;                         // in the last one
    std::size_t free_size_ = 0;
    std::vector<number> slots_;  // a hash table with open addressing; each is a number + 1, or 0
};

}  // namespace oms_stop

#endif
