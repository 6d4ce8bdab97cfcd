// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_BULK_SCHEDULE_HPP
#define OMS_TEST_IO_BULK_SCHEDULE_HPP

// A client, a service, and one or two bulks with everything that may happen to
// them, all by one seed.

#include "io/harness/dice.hpp"
#include "io/harness/task_service.hpp"
#include "io/harness/world.hpp"

#include <oms/bulk.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace oms::scripted {

/// What is done to the run, the client or the context.
enum class disturbance : std::uint8_t { total, partial, terminal, cancel_client, shut_down, close, lose_context };

std::string_view to_string(disturbance d);

/// One bulk, and everything that it told.
struct bulk_record {
    struct told {
        unsigned times = 0;
        error_code code;
        stop_result result;
        std::size_t requests = 0;  ///< That the network had seen by then.
    };

    // What was planned.
    std::vector<task_ref> tasks;
    bulk_options options;
    std::optional<std::size_t> source_fails_at;
    std::optional<std::size_t> throws_at;  ///< The result in which the callback throws.
    bool progress_throws = false;
    std::optional<std::pair<std::size_t, disturbance>> acts_at;  ///< The result in which the callback does this.
    bool source_keeps_on = false;                                ///< It answers a pull late, cancelled or not.

    // What happened.
    std::size_t handed_out = 0;  ///< By the source.
    bool source_failed = false;
    bool threw = false;
    std::size_t results = 0;
    std::unordered_map<task_ref, told> of;
    std::vector<bulk_progress> progress;
    unsigned completions = 0;
    error_code code;
    bulk_report report;
    virtual_time::time_point at{};
    std::weak_ptr<void> handler;  ///< Lives as long as the final handler.
    boost::asio::cancellation_signal signal;
    std::vector<std::pair<disturbance, virtual_time::time_point>> disturbed;
    std::string wrong;  ///< What was seen at once.
};

class bulk_schedule : public world {
public:
    explicit bulk_schedule(std::uint64_t seed);
    ~bulk_schedule();

    /// What went wrong; empty: nothing.
    std::string run();
    /// What the service and the client say of each task.
    std::string story() const;

private:
    struct planned_disturbance {
        disturbance what;
        std::size_t step;
    };
    class lazy_source;
    static constexpr std::size_t too_many_steps = 1'000'000;

    void plan_client();
    void plan_service();
    void plan_run(bulk_record& r, std::string const& project_prefix);
    void plan_disturbances();
    void begin(bulk_record& r);
    void disturb(bulk_record& r, disturbance what);
    void note_result(bulk_record& r, task_ref const& task, error_code code, stop_result const& result);
    void play();
    std::string check_end();
    std::string check(bulk_record const& r) const;
    std::string check_code(bulk_record const& r) const;
    std::string check_counts(bulk_record const& r) const;
    std::string check_task(bulk_record const& r, task_ref const& task, bulk_record::told const& told) const;
    std::string check_requests(bulk_record const& r, task_truth const& truth, bulk_record::told const& told) const;
    bool done() const;

    dice dice_;
    task_service service_{*this, dice_};
    std::vector<std::unique_ptr<bulk_record>> runs_;
    std::vector<planned_disturbance> disturbances_;
    std::vector<std::shared_ptr<started>> singles_;
    bool inside_ = false;  // of a function that must complete nothing
    bool lost_ = false;
    std::size_t steps_ = 0;
};

}  // namespace oms::scripted

#endif
