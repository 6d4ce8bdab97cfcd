// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_CALL_HPP
#define OMS_CLIENT_CALL_HPP

// One call under way: its machine, which decides what happens to it, and what it
// takes to do as that says.

#include "auth/credential_book.hpp"
#include "call/call_fsm.hpp"
#include "client/call_rules.hpp"
#include "client/completion.hpp"
#include "policy/fair_queue.hpp"
#include "policy/rate_hint.hpp"
#include "policy/time_queue.hpp"

#include <oms/client.hpp>
#include <oms/observer.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace oms::transport {
class exchange;
}

namespace oms::detail {

using policy::later;
using policy::time_point;
using policy::timed;

class client_core;
struct call;
struct dialing;
class endpoint;
struct pooled;
struct project;

/// Who gets a call back in place of a handler.
class call_receiver {
public:
    virtual ~call_receiver() = default;
    /// With no lock held, and a pass, unless the call is a direct one. `inside`: users' code may run before it returns,
    /// and what it throws passes through.
    virtual void on_call_done(client_core& by, std::unique_ptr<call> done, bool inside) = 0;
};

/// What a stop has none of.
struct call_extras {
    std::unique_ptr<start_keys const> keys;  ///< Of a start.
    std::string query;                       ///< Of the target, encoded.
    std::string body;                        ///< Of a successful reading.
    char const* wrong_option = nullptr;      ///< The name of one that is out of range.
};

struct no_dial_tag;
/// Base of a call that waits for a connection and has no dial of its own.
using no_dial_hook = boost::intrusive::list_base_hook<boost::intrusive::tag<no_dial_tag>,
                                                      boost::intrusive::link_mode<boost::intrusive::safe_link>>;

struct call final : timed, policy::fair_item, auth::credential_waiter, no_dial_hook {
    using handler_type = boost::asio::any_completion_handler<void(error_code, stop_result&&)>;

    /// Why a call that `hands_back` comes back without having ended; it may be started again.
    enum class return_reason : std::uint8_t {
        none,
        throttled,    ///< Answered 429; see `throttled_scope`.
        unreachable,  ///< Its endpoint could not be reached.
    };

    /// The list that it is in, and has to be taken from.
    enum class wait_list : std::uint8_t {
        none,
        credential,  ///< Of those that wait for a credential.
        gate,        ///< Of those that wait for one to prove itself.
        turns,       ///< Of its project.
        fresh,       ///< Of those that wait for a connection made since their last attempt.
    };

    call(std::shared_ptr<call_receiver> r, oms::call::operation const& asked, task_ref&& of) noexcept
        : timed(kind::call), task(std::move(of)), machine(asked, task.kind), receiver(std::move(r)) {}
    call(handler_type&& h, oms::call::operation const& asked, task_ref&& of) noexcept
        : timed(kind::call), task(std::move(of)), machine(asked, task.kind), handler(std::move(h)) {}

    // What is asked for.
    std::uint64_t id = 0;
    task_ref task;
    oms::call::call_fsm machine;
    std::unique_ptr<call_extras> extras;
    call_rules_ptr own;  // null: the client's own in everything
    std::string_view tag() const noexcept { return own ? std::string_view(own->options.tag) : std::string_view(); }

    // Who gets the answer.
    std::shared_ptr<call_receiver> receiver;  // in place of the three that follow
    void* receivers_own = nullptr;            // what it knows the call by
    handler_type handler;
    std::unique_ptr<boost::asio::any_completion_executor> executor;  // with outstanding work; null: the client's own
    boost::asio::cancellation_slot slot;

    /// Takes what is associated with the handler of the answer.
    /// @throws std::bad_alloc
    template <class Handler>
    void associate_with(Handler const& h, boost::asio::any_completion_executor const& by_default) {
        slot = boost::asio::get_associated_cancellation_slot(h);
        auto theirs = own_executor(h, by_default);
        if (!theirs) return;
        direct = is_foreign(theirs);
        executor = std::make_unique<boost::asio::any_completion_executor>(std::move(theirs));
    }

    // As a completion.
    using allocator_type = boost::asio::associated_allocator<handler_type>::type;
    allocator_type get_allocator() const noexcept { return boost::asio::get_associated_allocator(handler); }
    boost::asio::any_completion_executor get_executor() const noexcept { return *executor; }
    static void complete(std::unique_ptr<call> done);

    /// @throws std::bad_alloc
    call_extras& more() {
        if (!extras) extras = std::make_unique<call_extras>();
        return *extras;
    }
    bool acts() const noexcept { return machine.asked().acts(); }
    bool any_sent() const noexcept { return machine.tracker().any_sent(); }
    bool waits_for_turn() const noexcept { return waits_in == wait_list::turns || waits_in == wait_list::fresh; }

    // How far it is.
    endpoint* to = nullptr;
    project* lane = nullptr;
    dialing* dial = nullptr;                  // opened for this call, while it waits for a turn
    transport::exchange* exchange = nullptr;  // while it lasts
    auth::source_ptr source;
    auth::credential_ptr credential;
    auth::credential_guard* guard = nullptr;  // of the credential, which keeps it
    time_point throttled_until{};             // for `throttled_scope`
    // The small ones together, in sixteen bytes: there may be a hundred thousand calls.
    std::uint32_t index = 0;                              // in the client's table
    std::chrono::duration<std::int16_t> signed_ahead{0};  // of the wall clock
    std::uint16_t try_status = 0;                         // of the reply to this try; 0: none came yet
    wait_list waits_in = wait_list::none;
    return_reason returned_for = return_reason::none;
    policy::throttle_scope throttled_scope = policy::throttle_scope::unnamed;
    /// For what its rejected credential is of no use any more.
    enum class closure : std::uint8_t { none, project, endpoint, everywhere } rejects = closure::none;
    std::uint8_t paced = 0;         // how often it came back for a pace that nobody named
    bool probing = false;           // has the gate's one pass
    bool told = false;              // the observer knows that it has ended
    bool closed_gate : 1 = false;   // got the 401 that closed it, and has told nobody who waits yet
    bool plain_ids : 1 = false;     // the task's ids go into the target as they are
    bool hands_back : 1 = false;    // does not wait by itself for a pace, or for an endpoint that is not there
    bool got_reply : 1 = false;     // since it was started, or started again
    bool direct : 1 = false;        // its answer goes straight to another context, and holds nothing of the client's
    bool begun_before : 1 = false;  // it came back, and goes on

    // Time.
    time_point begun{};
    time_point phase_begun{};
    time_point sent_at{};
    time_point deadline{};

    error_code code;  // its end; before that the 401 that it got itself
    stop_result result;
    std::unique_ptr<call> next;  // while it is on its way to who gets the answer
};

/// Whom an event tells of; valid as long as the call's own rules.
inline call_context context_of(call const& c) noexcept {
    call_context result;
    result.call_id = c.id;
    result.tag = c.tag();
    return result;
}

}  // namespace oms::detail

#endif
