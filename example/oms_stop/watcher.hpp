// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_WATCHER_HPP
#define OMS_STOP_WATCHER_HPP

#include <oms/observer.hpp>

#include <boost/json/array.hpp>

#include <array>
#include <functional>
#include <string>
#include <unordered_map>

namespace oms_stop {

/// What the client's events tell of each stop: when its first byte is about to leave, and how every try ended.
/// The program has one thread, so events come one at a time.
class watcher final : public oms::observer {
public:
    /// Called before a task's first byte leaves.
    std::function<void(oms::task_ref const&)> on_send;
    /// Called with each try that is repeated.
    std::function<void(oms::task_ref const&, oms::retry_event const&)> on_repeat;
    /// Called with what an operator should know.
    std::function<void(std::string const&)> on_note;

    /// How a task's stop went.
    struct account {
        boost::json::array tries;
        std::chrono::system_clock::time_point ended;  ///< Where it has not begun: now.
    };
    /// That of a task that has ended, and forgets it.
    account take_account(oms::task_ref const& task);
    /// Why stops wait just now; empty where they do not.
    std::string waits_for() const;

    void on_call_begin(oms::call_begin_event const& e) noexcept override;
    void on_call_end(oms::call_end_event const& e) noexcept override;
    void on_phase(oms::phase_event const& e) noexcept override;
    void on_retry(oms::retry_event const& e) noexcept override;
    void on_throttle(oms::throttle_event const& e) noexcept override;
    void on_warning(oms::warning_event const& e) noexcept override;

private:
    struct call {
        oms::task_ref task;
        bool sent = false;
    };
    static boost::json::object try_of(unsigned status, std::string_view request_id, oms::error_code code);

    std::unordered_map<std::uint64_t, call> calls_;
    std::unordered_map<oms::task_ref, account> accounts_;
    using time_point = std::chrono::steady_clock::time_point;
    struct reason {
        std::string text;
        time_point until{};
    };
    std::string trouble_;  // why tries are repeated
    time_point trouble_until_{};
    std::array<reason, 3> paces_;  // by scope
};

/// What holds stops up, and its pace: `throttled by user policy, 8/s`.
std::string pace_text(oms::throttle_event const& e);

}  // namespace oms_stop

#endif
