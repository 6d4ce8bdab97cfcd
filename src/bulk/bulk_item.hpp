// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BULK_BULK_ITEM_HPP
#define OMS_BULK_BULK_ITEM_HPP

// A task of a run, with what has come of it so far.

#include "bulk/bulk_run.hpp"

namespace oms::bulk {

struct bulk_run::reading {
    error_code code;  // of the stop, with its result
    stop_result stop;
    time_point deadline{};
    unsigned readings = 0;
    task_info last;
};

struct bulk_run::item final : job {
    using job::job;

    task_ref const& named() const noexcept { return call ? call->task : task; }

    std::unique_ptr<detail::call> call;  // came back, has the task, and goes on
    std::unique_ptr<reading> read;
};

}  // namespace oms::bulk

#endif
