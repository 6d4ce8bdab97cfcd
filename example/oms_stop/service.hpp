// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_SERVICE_HPP
#define OMS_STOP_SERVICE_HPP

// The service, as the options say it is reached, and what is only read from it.

#include "console.hpp"
#include "credential_sources.hpp"
#include "event_loop.hpp"
#include "options.hpp"
#include "selected_task.hpp"
#include "watcher.hpp"

#include <oms/client.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oms_stop {

class service {
public:
    /// @throws usage_error
    service(options const& o, credential_sources of, console& say);
    ~service();

    event_loop loop;
    std::shared_ptr<watcher> events = std::make_shared<watcher>();
    credential_sources sources;

    oms::client& client() noexcept { return *client_; }
    console& say() noexcept { return say_; }

    /// Gives tasks one by one; none after the last.
    using task_stream = std::function<std::optional<oms::task_ref>()>;

    /// Lists once with each credential, and at each endpoint.
    /// @param of  What they are for.
    /// @throws failure  `credentials_refused` where all are refused, else `refused_to_start`.
    void preflight(task_stream const& of);

    /// Reads all tasks of these projects, and tells of those that run.
    /// @param projects  Each as a task without an id.
    /// @param found     Called with each, in no order; with one of a list that was begun again twice.
    /// @return Rows that name no task which can be stopped; each was said.
    /// @throws failure  `refused_to_start` where one cannot be listed, or not to its end.
    std::size_t running(std::vector<oms::task_ref> const& projects, std::function<void(selected_task&&)> const& found);

    /// What the service tells of a task; the error in its `call` where it tells nothing.
    struct shown {
        oms::error_code code;
        oms::task_info info;
        std::string fault;  ///< With a code: what is wrong, in a sentence.
    };
    /// Reads many tasks.
    /// @param task  The n-th.
    /// @param told  Called once for each, in no order.
    /// @throws failure  interrupted
    void show(std::size_t count, std::function<oms::task_ref(std::size_t)> const& task,
              std::function<void(std::size_t, shown const&)> const& told);

    /// Whom the stops are made as, for people: `ak ABCD…WXYZ`, or a label.
    std::string identity(std::size_t account, std::string const& project);

private:
    options const& options_;
    console& say_;
    std::optional<oms::client> client_;
};

/// Adds what was read of a task.
selected_task knowledge_of(oms::task_info const& info, oms::task_ref const& task);

}  // namespace oms_stop

#endif
