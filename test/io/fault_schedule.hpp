// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_FAULT_SCHEDULE_HPP
#define OMS_TEST_IO_FAULT_SCHEDULE_HPP

// One call of a scenario, disturbed at one place or two, and held against what
// the peer saw; then the next calls, which must not suffer.

#include "io/fault_scenarios.hpp"
#include "io/harness/oracle.hpp"
#include "io/harness/report.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oms::scripted {

struct disturbance {
    std::optional<std::size_t> fault_at;  ///< Which operation of the call.
    fault planned;
    std::optional<std::size_t> cancel_at;  ///< Before which step.
    boost::asio::cancellation_type type = boost::asio::cancellation_type::terminal;
};

/// What a schedule had: the operations of the call and the steps of the event loop.
struct extent {
    std::vector<operation> operations;
    std::size_t steps = 0;
    bool resumed = false;  ///< A session of TLS was.
};

class schedule {
public:
    /// @param below  What is changed below the client.
    schedule(scenario const& s, disturbance const& d, std::function<void(world&)> const& below = nullptr);

    /// What went wrong; empty: nothing.
    std::string run();

    extent const& seen() const noexcept { return seen_; }

private:
    void play();
    void cancel();
    std::string check_call() const;
    std::string check_cancellation() const;
    std::string check_afterwards();

    disturbance const disturbance_;
    world world_;
    std::shared_ptr<started> call_;
    extent seen_;
    std::size_t before_ = 0;
    bool cancelled_ = false;
    belief at_cancel_;
    std::size_t requests_at_cancel_ = 0;
    virtual_time::time_point time_of_cancel_{};
};

/// Many of them.
class fault_sweep {
public:
    using faults = std::vector<fault> const& (*)(operation what);

    /// @param each  What an operation can be made to end with.
    fault_sweep(sweep_report& report, faults each, std::function<void(world&)> below = nullptr)
        : report_(report), faults_(each), below_(std::move(below)) {}

    extent try_one(scenario const& s, disturbance const& d = {});
    /// The call is cancelled in each way before each of so many steps.
    void cancel_everywhere(scenario const& s, disturbance d, std::size_t steps);
    /// Each of the operations ends in each way; `and_then` gets what was planned, and what came of it.
    void fail_everywhere(scenario const& s, extent const& undisturbed,
                         std::function<void(disturbance const&, extent const&)> const& and_then = nullptr);

private:
    sweep_report& report_;
    faults const faults_;
    std::function<void(world&)> const below_;
};

}  // namespace oms::scripted

#endif
