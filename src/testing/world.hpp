// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_WORLD_HPP
#define OMS_TESTING_WORLD_HPP

// The tasks of one region and their states. Thread safe; a lock for each of
// some groups of projects, so that threads seldom meet.

#include "testing/route.hpp"

#include <oms/task.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace oms::testing {

// The service's numbers. Sync tasks, which it names in words, borrow two.
namespace task_state {
inline constexpr int running = 2;  // of a group: monitored
inline constexpr int stopped = 3;
inline constexpr int failed = 4;    // of a task
inline constexpr int retrying = 6;  // of a task; of a group: completed
inline constexpr int creating = 1;  // of a group; of a task: waiting
inline constexpr int pausing = 7;

/// In the notation of `stop_result::final_status`.
std::string to_text(task_kind kind, int state);
std::optional<int> from_text(task_kind kind, std::string_view text);
}  // namespace task_state

struct task_key {
    task_kind kind;
    std::string_view project, task;
};

struct task_page {
    std::size_t count = 0;  // of all that match
    std::vector<std::pair<std::string, int>> rows;
};

class world {
public:
    /// What became of a request that changes a task.
    enum class change { done, not_in_this_state, no_such_task };

    void add(task_key const& key, int state);
    std::optional<int> state(task_key const& key) const;
    std::size_t stops(task_key const& key) const;
    std::size_t starts(task_key const& key) const;

    /// Counts a request and says which it is, from 1. Unknown tasks are counted, too.
    unsigned next_attempt(task_key const& key, operation what);

    /// @param pausing_shows  How many shows read "pausing" before "stopped".
    change stop(task_key const& key, unsigned pausing_shows);
    change start(task_key const& key);
    /// The state; moves a pausing task on.
    std::optional<int> show(task_key const& key);
    task_page list(task_kind kind, std::string_view project, std::optional<int> state, std::size_t offset,
                   std::size_t limit) const;

private:
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
    };
    template <class T>
    using text_map = std::unordered_map<std::string, T, text_hash, std::equal_to<>>;

    struct record {
        int state = 0;
        bool known = false;  // else only its attempts are kept
        unsigned shows_left = 0;
        unsigned stops = 0;
        unsigned starts = 0;
        unsigned stop_attempts = 0;
        unsigned start_attempts = 0;
        unsigned show_attempts = 0;
    };
    struct task_table {
        text_map<record> by_id;
        std::vector<text_map<record>::value_type*> in_order;  // of the known; elements of a map stay where they are
    };
    using project_tables = std::array<task_table, 3>;  // by kind
    struct shard {
        mutable std::mutex mutex;
        text_map<project_tables> projects;
    };

    shard& shard_of(std::string_view project) { return shards_[text_hash()(project) % shards_.size()]; }
    shard const& shard_of(std::string_view project) const { return shards_[text_hash()(project) % shards_.size()]; }
    static task_table& table_of(shard& where, task_key const& key);
    // Null where there is none; const as the shard is.
    template <class Shard>
    static auto* find_table(Shard& where, task_kind kind, std::string_view project);
    template <class Shard>
    static auto* find(Shard& where, task_key const& key);

    std::array<shard, 64> shards_;
};

}  // namespace oms::testing

#endif
