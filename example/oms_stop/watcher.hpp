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

/// What the client's events tell of each stop, or start: how every try ended, and why it waits.
/// The program has one thread, so events come one at a time.
class watcher final : public oms::observer {
public:
    /// Called with each try that is repeated.
    std::function<void(oms::task_ref const&, oms::retry_event const&)> on_repeat;
    /// Called with what an operator should know.
    std::function<void(std::string const&)> on_note;
    /// Called once for each time that an endpoint, `host:port`, is found out of reach.
    std::function<void(std::string const&, oms::error_code)> on_out_of_reach;

    /// How each try of a task that has ended went; forgets it.
    boost::json::array take_tries(oms::task_ref const& task);
    /// Why stops wait just now; empty where they do not.
    std::string waits_for() const;
    /// How long an endpoint, `host:port`, has been out of reach; 0: it is not, as far as is known.
    std::chrono::steady_clock::duration unreachable_for(std::string const& endpoint) const;

    void on_call_begin(oms::call_begin_event const& e) noexcept override;
    void on_call_end(oms::call_end_event const& e) noexcept override;
    void on_retry(oms::retry_event const& e) noexcept override;
    void on_throttle(oms::throttle_event const& e) noexcept override;
    void on_connection(oms::connection_event const& e) noexcept override;
    void on_warning(oms::warning_event const& e) noexcept override;

private:
    static boost::json::object try_of(unsigned status, std::string_view request_id, oms::error_code code);

    std::unordered_map<std::uint64_t, oms::task_ref> calls_;  // under way
    std::unordered_map<oms::task_ref, boost::json::array> tries_;
    using time_point = std::chrono::steady_clock::time_point;
    struct reason {
        std::string text;
        time_point until{};
    };
    std::unordered_map<std::string, time_point> out_of_reach_;  // since when
    std::string trouble_;                                       // why tries are repeated
    time_point trouble_until_{};
    std::array<reason, 3> paces_;  // by scope
};

/// A connection could not be had, or gave no answer, for a reason that may pass.
bool out_of_reach(oms::error_code code) noexcept;

/// What holds stops up, and its pace: `throttled by user policy, 8/s`.
std::string pace_text(oms::throttle_event const& e);

}  // namespace oms_stop

#endif
