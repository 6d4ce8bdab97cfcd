// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_SERVICE_HPP
#define OMS_STOP_SERVICE_HPP

// The service, as the options say it is reached, and what is only read from it.

#include "credential_sources.hpp"
#include "event_loop.hpp"
#include "input.hpp"
#include "options.hpp"
#include "watcher.hpp"

#include <oms/client.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oms_stop {

class service {
public:
    /// @throws usage_error
    service(options const& o, credential_sources of);
    ~service();

    event_loop loop;
    std::shared_ptr<watcher> events = std::make_shared<watcher>();
    credential_sources sources;

    oms::client& client() noexcept { return *client_; }

    /// Lists once with each credential, and at each endpoint.
    /// @throws failure  `credentials_refused` where all are refused, else `refused_to_start`.
    void preflight(std::vector<oms::task_ref> const& of);

    /// All tasks of these projects that run.
    /// @param projects  Each as a task without an id.
    /// @throws failure  `refused_to_start` where one cannot be listed, or not to its end.
    std::vector<selected_task> running(std::vector<oms::task_ref> const& projects);

    /// What the service tells of a task; the error in its `call` where it tells nothing.
    struct shown {
        oms::error_code code;
        oms::task_info info;
    };
    std::vector<shown> show(std::vector<oms::task_ref> const& tasks);

    /// Whom the stops are made as, for people: `ak ABCD…WXYZ`, or a label.
    std::string identity(std::size_t account, std::string const& project);

private:
    options const& options_;
    std::optional<oms::client> client_;
};

/// Adds what was read of a task.
selected_task knowledge_of(oms::task_info const& info, oms::task_ref const& task);

}  // namespace oms_stop

#endif
