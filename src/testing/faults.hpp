// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_FAULTS_HPP
#define OMS_TESTING_FAULTS_HPP

// What is to go wrong, and for which requests.

#include "testing/occasions.hpp"
#include "testing/reply_gate.hpp"
#include "testing/route.hpp"
#include "testing/rule_words.hpp"

#include <oms/testing/fault.hpp>

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
#include <utility>

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
enum class ending { keep, close, reset, stall, refuse_stream, reset_stream, go_away };

// Whether a connection of HTTP/1.1 is closed then.
constexpr bool closes(ending how) noexcept {
    return how != ending::keep && how != ending::reset && how != ending::stall;
}

// Whether the request was not looked at.
constexpr bool is_unprocessed(ending how) noexcept {
    return how == ending::refuse_stream || how == ending::go_away;
}

struct canned_reply {
    unsigned status = 0;
    std::string headers;  // lines, each with its end
    std::string body;
};

struct fault_plan {
    static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

    std::optional<canned_reply> reply;
    reply_function function;
    std::optional<std::string> raw;
    std::optional<bool> execute;
    std::chrono::nanoseconds delay{0};
    std::shared_ptr<reply_gate> gate;  // null: not held
    std::size_t piece = all;           // bytes sent at a time
    std::chrono::nanoseconds between_pieces{0};
    oms::testing::ending ending = oms::testing::ending::keep;
    std::uint32_t reset_code = 0;  // of reset_stream
    std::size_t send = all;        // bytes of the reply
    bool head_only = false;        // `send` is the size of the head
    bool close_notify = true;
    std::size_t close_after_replies = all;
    std::optional<std::chrono::nanoseconds> close_when_idle;
};

struct fault_rule {
    fault_rule(rule_words said, request_matcher m) : words(std::move(said)), match(std::move(m)) {}

    rule_words words;
    request_matcher match;
    std::string method;    // empty: each
    unsigned attempt = 0;  // 0: each
    occasions which;
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

// In fault_check.cpp.
/// How a rule for these requests begins: `on(task(p/t))`.
std::string opening_of(request_matcher const& match);
/// @throws std::invalid_argument  no request fits it.
void check_matcher(rule_words& words, request_matcher const& match);
/// The lines of a head. @throws std::invalid_argument  one that cannot be; names it.
std::string header_lines(header_list const& headers);
/// @throws std::invalid_argument  the rule as a whole is without effect.
void check_rule(fault_rule& rule);
/// Whether an older rule takes each request that a younger one fits.
bool takes_all_of(fault_rule const& older, fault_rule const& younger);

class fault_table {
public:
    /// Puts it in force. @throws std::invalid_argument  it never would be: an older one takes all of its requests.
    void add(std::list<fault_rule>&& rule);
    void clear() noexcept;
    /// The plan of the first rule that holds; null: none does.
    std::shared_ptr<fault_plan const> select(request_facts const& facts);
    /// For those that are held, and no hold is named.
    std::shared_ptr<reply_gate> const& gate() const noexcept { return gate_; }

private:
    std::atomic<bool> empty_ = true;  // spares the lock where there are no faults
    std::mutex mutex_;
    std::list<fault_rule> rules_;
    std::shared_ptr<reply_gate> const gate_ = std::make_shared<reply_gate>();
};

}  // namespace oms::testing

#endif
