// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_FAULTS_HPP
#define OMS_TESTING_FAULTS_HPP

// What is to go wrong, and for which requests.

#include "testing/reply_gate.hpp"
#include "testing/route.hpp"

#include <oms/testing/simulator.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <limits>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace oms::testing {

// What is known of a request when faults are looked for.
struct request_facts {
    std::string_view method, target, region;
    route const& where;
    unsigned attempt = 0;
    std::chrono::steady_clock::time_point time;
};

bool matches(request_matcher const& match, request_facts const& facts);

// What becomes of the connection when the reply, or what is sent of it, is out.
enum class ending { keep, close, reset, stall };

struct canned_reply {
    unsigned status = 0;
    std::string headers;  // lines, each with its end
    std::string body;
};

struct fault_plan {
    static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

    std::optional<canned_reply> reply;
    std::optional<std::string> raw;
    std::optional<bool> execute;
    std::chrono::nanoseconds delay{0};
    bool held = false;
    oms::testing::ending ending = oms::testing::ending::keep;
    std::size_t send = all;  // bytes of the reply
    bool head_only = false;  // `send` is the size of the head
    bool close_notify = true;
    std::size_t close_after_replies = all;
    std::optional<std::chrono::nanoseconds> close_when_idle;

    bool replaces_reply() const noexcept { return reply || raw; }
    bool executes() const noexcept { return execute.value_or(!replaces_reply()); }
};

struct fault_rule {
    request_matcher match;
    std::string method;    // empty: each
    unsigned attempt = 0;  // 0: each
    std::size_t times = std::numeric_limits<std::size_t>::max();
    double share = 1;
    double due = 0;  // grows by `share` with each request; one holds where it reaches 1
    std::shared_ptr<fault_plan> plan = std::make_shared<fault_plan>();  // unchanged once the rule is in force

    // A window opens with the first request after the last one's second.
    struct window {
        std::chrono::steady_clock::time_point begin{};
        unsigned count = 0;
    };
    std::optional<unsigned> per_second;
    throttle_scope scope = throttle_scope::project;
    std::unordered_map<std::string, window> windows;
};

class fault_table {
public:
    void add(std::list<fault_rule>&& rule) noexcept;
    void clear() noexcept;
    /// The plan of the first rule that holds; null: none does.
    std::shared_ptr<fault_plan const> select(request_facts const& facts);
    /// For those that are held.
    reply_gate& gate() noexcept { return gate_; }

private:
    std::atomic<bool> empty_ = true;  // spares the lock where there are no faults
    std::mutex mutex_;
    std::list<fault_rule> rules_;
    reply_gate gate_;
};

}  // namespace oms::testing

#endif
