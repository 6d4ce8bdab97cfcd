// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_FAULT_HPP
#define OMS_TESTING_FAULT_HPP

/// @file
/// What is to go wrong with the simulator's replies.

#include <oms/detail/export.hpp>
#include <oms/testing/match.hpp>
#include <oms/testing/reply_hold.hpp>
#include <oms/testing/scripted_reply.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

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
/// delay and an ending combine; each word is said once, and one ending. A
/// request whose reply is only hampered has its effect, one whose reply is
/// replaced (`reply`, `raw`, `throttle`) has not, unless `then_execute` says so.
///
/// A rule that could not do what it says is refused by `std::invalid_argument`, which tells the line that made it, the
/// rule, what is wrong and what to do: a word out of range at that word; at the end of the expression, out of the
/// destructor, a rule that says nothing of what becomes of the requests, a word that has no effect beside the others,
/// and a rule all of whose requests an older one takes. A refused rule is never in force. Where the expression ends by
/// an exception of another kind, the rule is not put in force either.
class OMS_DECL fault {
public:
    fault(fault&&) noexcept;
    fault& operator=(fault&&) = delete;
    /// @throws std::invalid_argument  the rule is without effect
    ~fault() noexcept(false);

    // Conditions.
    fault& method(std::string name);  ///< Only for this method, for example `GET`; in capitals.
    fault& attempt(unsigned number);  ///< Only for this attempt at an operation on a task, from 1.
    fault& times(std::size_t count);  ///< Only so often; above 0.
    /// Only the n-th of all requests that fit, from 1, whatever they are about: of those that come once the rule is in
    /// force and that no older rule takes. Instead of `after` and `times`.
    fault& nth(std::size_t number);
    /// Not the first ones of those that fit, counted as for `nth`.
    fault& after(std::size_t count);
    /// Only this part of them, spread evenly: above 0, at most 1.
    fault& share(double part);

    // Replies.
    using headers = header_list;  ///< Further lines of a reply's head.
    /// This reply, in the place of the service's.
    /// @param status  100–999.
    /// @param body    Sent as it is.
    /// @param more    Further lines of the head.
    fault& reply(unsigned status, std::string body = {}, headers more = {});
    /// What the function says. It is called in the simulator's threads, by several at once where these are several, and
    /// holds up the other requests of its thread; it may call the simulator, but not wait for it. Where it throws, or
    /// gives a status or a header that cannot be, the reply is a 500 that says so in `error_msg`.
    fault& reply(reply_function function);
    fault& raw(std::string bytes);  ///< Exactly these bytes.
    /// 429 `APIGW.0308` beyond so many requests a second; one that passes is no match.
    fault& throttle(unsigned per_second, throttle_scope scope = throttle_scope::project);
    fault& delay(std::chrono::nanoseconds duration);  ///< Before the first byte of the reply; above 0.
    fault& held();                                    ///< Until `simulator::release`.
    fault& held(reply_hold const& hold);              ///< Until this hold is released.
    /// The reply leaves in pieces of so many bytes, head and body alike, with this time between them: both above 0. TLS
    /// wraps each piece by itself.
    fault& drip(std::size_t bytes, std::chrono::nanoseconds each);
    fault& then_execute(bool execute);  ///< Whether the request has its effect.
    fault& pass();                      ///< Nothing: as without rules, and younger ones do not see the request.

    // Endings.
    fault& reset_before_reply();                    ///< TCP reset once the request was read.
    fault& reset_after_headers();                   ///< TCP reset after the reply's head; announces a body at least.
    fault& close_after_bytes(std::size_t count);    ///< Closes after so many bytes of the reply, with close_notify.
    fault& without_close_notify();                  ///< Closes without it.
    fault& stall_after_bytes(std::size_t count);    ///< Never sends the rest.
    fault& no_reply();                              ///< `stall_after_bytes(0)`.
    fault& close_idle_after(std::size_t requests);  ///< Closes after the connection's n-th reply, unannounced.
    fault& close_idle_after(std::chrono::nanoseconds duration);  ///< Closes when idle so long after this reply.

    // Endings of a stream of HTTP/2, of which nothing is sent. Over HTTP/1.1 the connection is closed.
    fault& refuse_stream();                   ///< REFUSED_STREAM: the request was not looked at, and has no effect.
    fault& reset_stream(std::uint32_t code);  ///< RST_STREAM with this error code of HTTP/2, once the request was read.
    /// GOAWAY: neither this request nor a later one of the connection is looked at or has an effect. Earlier ones are
    /// answered, and then the connection is closed.
    fault& go_away();

private:
    friend class simulator;
    fault(std::shared_ptr<fault_table> table, std::list<fault_rule> rule);

    std::shared_ptr<fault_table> table_;
    std::list<fault_rule> rule_;  // the one; a list, so that it can be put in force without failing
    int exceptions_;              // in flight when the rule was begun
};

}  // namespace oms::testing

#endif
