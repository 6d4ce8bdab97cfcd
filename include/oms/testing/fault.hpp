// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_FAULT_HPP
#define OMS_TESTING_FAULT_HPP

/// @file
/// What is to go wrong with the simulator's replies.

#include <oms/detail/export.hpp>
#include <oms/testing/match.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace oms::testing {

/// What a throttle counts together.
enum class throttle_scope : std::uint8_t {
    project,   ///< Requests of a project; the reply says `policy user`.
    endpoint,  ///< Requests of a region; the reply says `policy ip`.
};

struct fault_rule;
class fault_table;

/// A fault under construction; in force from the end of the full expression.
///
/// Of all rules whose conditions hold, the oldest wins. A reply of its own, a
/// delay and an ending combine; of several endings the last one counts. A
/// request whose reply is only hampered has its effect, one whose reply is
/// replaced (`reply`, `raw`, `throttle`) has not, unless `then_execute` says so.
class OMS_DECL fault {
public:
    fault(fault&&) noexcept;
    fault& operator=(fault&&) = delete;
    ~fault();

    // Conditions.
    fault& method(std::string name);  ///< Only for this method, for example `GET`.
    fault& attempt(unsigned number);  ///< Only for this attempt at an operation on a task, from 1.
    fault& times(std::size_t count);  ///< Only so often.
    /// Only this part of them, spread evenly. @throws std::invalid_argument  it is not above 0, or above 1.
    fault& share(double part);

    // Replies.
    using headers = std::vector<std::pair<std::string, std::string>>;
    fault& reply(unsigned status, std::string body = {}, headers more = {});
    fault& raw(std::string bytes);  ///< Exactly these bytes.
    /// 429 `APIGW.0308` beyond so many requests a second; one that passes is no match.
    fault& throttle(unsigned per_second, throttle_scope scope = throttle_scope::project);
    fault& delay(std::chrono::nanoseconds duration);  ///< Before the first byte of the reply.
    fault& held();                                    ///< Until `simulator::release`, in place of a delay.
    fault& then_execute(bool execute);                ///< Whether the request has its effect.

    // Endings.
    fault& reset_before_reply();                    ///< TCP reset once the request was read.
    fault& reset_after_headers();                   ///< TCP reset after the reply's head; announces a body at least.
    fault& close_after_bytes(std::size_t count);    ///< Closes after so many bytes of the reply, with close_notify.
    fault& without_close_notify();                  ///< Closes without it.
    fault& stall_after_bytes(std::size_t count);    ///< Never sends the rest.
    fault& no_reply();                              ///< `stall_after_bytes(0)`.
    fault& close_idle_after(std::size_t requests);  ///< Closes after the connection's n-th reply, unannounced.
    fault& close_idle_after(std::chrono::nanoseconds duration);  ///< Closes when idle so long after this reply.

private:
    friend class simulator;
    fault(std::shared_ptr<fault_table> table, request_matcher match);

    std::shared_ptr<fault_table> table_;
    std::list<fault_rule> rule_;  // the one; a list, so that it can be put in force without failing
};

}  // namespace oms::testing

#endif
