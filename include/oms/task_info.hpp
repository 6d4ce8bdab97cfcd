// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TASK_INFO_HPP
#define OMS_TASK_INFO_HPP

/// @file
/// What reading calls ask for, and what they tell.

#include <oms/detail/export.hpp>
#include <oms/task.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oms {

class credentials_provider;

/// What the service tells of a task. What this type has no member for, and
/// states that it does not know, are kept in `json` and `status`.
struct OMS_DECL task_info {
    task_ref task;                   ///< Which one it is.
    std::string status;              ///< `SYNCHRONIZING`, `STOPPED`, or the number of the state.
    std::string name;                ///< Of a migration task.
    std::string description;         ///< The words that it was made with.
    std::string source_cloud;        ///< For example `AWS`.
    std::string source_region;       ///< By the source cloud's name for it.
    std::string source_bucket;       ///< What it reads.
    std::string destination_region;  ///< For example `cn-north-4`.
    std::string destination_bucket;  ///< What it writes.
    std::optional<std::chrono::system_clock::time_point> created_at;  ///< Of a sync task.
    std::optional<std::chrono::system_clock::time_point> started_at;  ///< The last start.
    std::string json;                                                 ///< The whole object, as received.
    stop_result call;  ///< Of `async_show`: how the call went; `outcome` says nothing there.

    task_info();

    /// It works, or will: a stop of it is of use. `false` for a state that is not known.
    bool running() const noexcept;
    /// It was stopped: a sync task that reads `STOPPED`, another one that is paused (3) or pausing (7).
    bool stopped() const noexcept;
};

/// Which tasks to list.
struct OMS_DECL list_query {
    std::string project_id;                             ///< As of `task_ref::project_id`.
    task_kind kind = task_kind::sync_task;              ///< Tasks of one kind.
    std::string region;                                 ///< Empty: the client's own.
    std::string status;                                 ///< Only those in this state; empty: all.
    std::uint32_t limit = 100;                          ///< 1–100 rows.
    std::uint32_t offset = 0;                           ///< The first row, 0–10000.
    std::shared_ptr<credentials_provider> credentials;  ///< Null: the client's.

    list_query();
    /// All tasks of a kind, from the first row.
    explicit list_query(std::string project_id, task_kind kind = task_kind::sync_task, std::string region = {});
};

/// One page of a list.
struct OMS_DECL task_page {
    std::vector<task_info> tasks;  ///< Its rows, in the service's order.
    std::uint64_t total = 0;       ///< Rows of all pages, as the service counts them.
    stop_result call;              ///< How the call went; `outcome` says nothing there.

    task_page();
};

/// A project, as IAM knows it.
struct OMS_DECL project_info {
    std::string id;         ///< For `task_ref::project_id`.
    std::string name;       ///< The region's id, or that with `_` and a sub-project's name.
    std::string domain_id;  ///< The account.
    stop_result call;       ///< How the look-up went: 0 attempts where the answer was known; `outcome` says nothing.

    project_info();
};

}  // namespace oms

#endif
