// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_SHARED_KEY_HPP
#define OMS_AUTH_SHARED_KEY_HPP

// Sources that have one temporary key for all projects: one request fetches
// it, and the others wait for what it brings.

#include "auth/source_request.hpp"
#include "policy/durations.hpp"
#include "policy/single_flight.hpp"

#include <oms/credentials.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace oms::auth {

class shared_key_source : public credentials_provider, public std::enable_shared_from_this<shared_key_source> {
public:
    void async_get(credential_request request, credential_handler handler) final;
    void invalidate(credential const& rejected) noexcept final;

protected:
    /// What it lacks for being asked at all, for people; empty: nothing.
    virtual std::string lacks() const { return {}; }
    /// Fetches the key by `job`, on its strand; ends with `land`, unless `job` ends before.
    virtual void fetch(source_request_ptr const& job) = 0;
    /// The answer, for all that wait.
    /// @param pause  How long a failure holds.
    void land(source_request_ptr const& job, moment at, error_code code, credential value, std::string reason,
              std::chrono::seconds pause = durations::shared_key_failed);

private:
    bool valid(wall_time now) const;
    void ask(source_request_ptr const& job);
    bool lead(source_request_ptr const& job);
    void ended(source_request& job);
    source_request_ptr take_over(source_request& from);

    std::mutex mutex_;
    policy::single_flight<std::vector<std::weak_ptr<source_request>>> flight_;  // the one that leads waits, too
    std::uint64_t turns_ = 0;
    credential kept_;
    steady_time fetched_ = steady_time(-durations::shared_key_kept);
    steady_time renewed_ = steady_time(-durations::shared_key_kept);
    bool rejected_ = false;
    steady_time failed_until_{};
    std::pair<error_code, std::string> failure_;
};

}  // namespace oms::auth

#endif
