// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_TASK_SERVICE_HPP
#define OMS_TEST_IO_HARNESS_TASK_SERVICE_HPP

// A service with tasks, behind a network that fails by chance. It knows what
// it did: whatever a client believes can be held against that.

#include "io/harness/dice.hpp"
#include "io/harness/world.hpp"

#include <oms/task.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace oms::scripted {

/// What is so, whatever anybody was told.
struct task_truth {
    task_ref task;
    bool exists = true;
    int state = 2;                   ///< As of a migration task; of a sync task 2 runs and 3 is stopped.
    bool acted = false;              ///< A stop has changed it.
    std::vector<std::size_t> stops;  ///< Its requests, by their number in the network's ledger.
    std::vector<std::size_t> shows;
};

/// How much goes wrong: 0 is nothing, else one request in so many.
struct mishaps {
    std::size_t faults = 0;
    std::size_t throttled = 0;
    std::size_t dials = 0;
    bool shows_allowed = true;
};

class task_service {
public:
    task_service(world& w, dice& d) : w_(w), dice_(d) {}
    task_service(task_service const&) = delete;
    task_service& operator=(task_service const&) = delete;

    mishaps planned;

    /// Where a region's tasks are.
    std::string host_of(std::string const& region) const { return (region.empty() ? "oms" : region) + ".test"; }

    task_truth& add(task_ref const& task);
    task_truth const* find(task_ref const& task) const;
    std::map<std::string, task_truth> const& tasks() const noexcept { return tasks_; }
    /// Replies that are no HTTP: whatever their first line says, it was no answer.
    bool garbled(std::size_t request) const { return garbled_.contains(request); }

    /// No dial to the host succeeds, and what is sent there is lost.
    void cut(std::string const& host, virtual_time::duration from, virtual_time::duration to, bool silently);
    /// From then on no token with a lower number is taken.
    void revoke_at(virtual_time::duration when);
    std::size_t first_valid_token() const;

    answer serve(request const& r);
    std::vector<dial_step> dial(std::string const& host);

private:
    struct outage {
        std::string host;
        virtual_time::duration from{};
        virtual_time::duration to{};
        bool silently = false;
    };

    std::string key_of(task_ref const& task) const;
    outage const* outage_of(std::string const& host) const;
    answer reply(std::string bytes);
    answer stop(task_truth& t);
    answer show(task_truth const& t);
    answer throttle();
    answer fault(request const& r, task_truth& t, bool is_stop);
    bool act(task_truth& t);

    world& w_;
    dice& dice_;
    std::map<std::string, task_truth> tasks_;  // by host and path
    std::set<std::size_t> garbled_;
    std::vector<outage> outages_;
    std::vector<virtual_time::duration> revocations_;
};

}  // namespace oms::scripted

#endif
