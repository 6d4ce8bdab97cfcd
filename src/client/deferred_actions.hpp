// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_DEFERRED_ACTIONS_HPP
#define OMS_CLIENT_DEFERRED_ACTIONS_HPP

// What was decided under the client's lock and is done without it: whatever
// calls out, does I/O, or may call back. To note it needs no memory, but for
// what only observers, providers and users' rules of repeating hear of.
//
// A thread that is none of the context's has a pass of its gate meanwhile, but
// for the time that a user's function takes: what is the context's is left with
// the gate then, and lost where the context has ended in between.

#include "auth/credential_book.hpp"
#include "client/attempt_note.hpp"
#include "client/bulk_operation.hpp"
#include "client/call.hpp"
#include "client/endpoint.hpp"
#include "client/event_note.hpp"
#include "policy/chain.hpp"
#include "transport/connection.hpp"
#include "transport/context_gate.hpp"
#include "transport/dialer.hpp"

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/config.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oms::detail {

class client_core;

using call_chain = policy::chain<&call::next>;

/// One whose attempt failed: the caller's own rule is to be asked about it, with no lock held.
struct failed_call {
    std::uint32_t index;
    std::uint64_t id;
    call_rules_ptr own;  ///< Null: the client's rules.
    policy::failure failure;
    failed_try what;
};

class deferred_actions {
public:
    /// Whether completions may run before `run` returns: only where the
    /// executor called us, never inside a user's own call of the library.
    enum class completion : std::uint8_t { inside, later };

    deferred_actions(client_core& core, completion when) noexcept;
    /// For a thread that has a pass.
    deferred_actions(client_core& core, transport::context_gate::pass in) noexcept;
    deferred_actions(deferred_actions const&) = delete;
    deferred_actions& operator=(deferred_actions const&) = delete;

    /// False: the context is not there, and nothing may be decided.
    bool in() const noexcept { return when_ == completion::inside || pass_; }

    void start(std::shared_ptr<transport::exchange> x) noexcept { held_.starts.push(std::move(x)); }
    void close(std::unique_ptr<pooled> p) noexcept { held_.more().closes.push(std::move(p)); }
    void abandon(std::unique_ptr<dialing> d) noexcept { held_.more().abandoned.push(std::move(d)); }
    void ask(auth::begun_chain begun) noexcept { asks_.append(std::move(begun)); }
    void give_up(auth::given_up_chain unwanted) noexcept { unwanted_.append(std::move(unwanted)); }
    /// A question that was answered: the provider's operation may still need its signal for a moment.
    void keep_alive(auth::question_ptr q) noexcept { answered_ = std::move(q); }
    void done(std::unique_ptr<call> c) noexcept { (c->direct ? elsewhere_ : held_.done).push(std::move(c)); }
    void done(call_chain several) noexcept {
        while (auto c = several.pop())
            done(std::move(c));
    }
    /// After all completions.
    void wake(std::shared_ptr<bulk_operation> b) noexcept {
        if (!std::exchange(b->told_soon, true)) held_.more().bulks.push(std::move(b));
    }
    void complete(completion_chain several) noexcept { held_.more().waits.append(std::move(several)); }

    // These throw where there is no memory, and have then noted nothing.
    void dial(std::uint64_t id, transport::dial_target target) { more().dials.push_back({id, std::move(target)}); }
    void invalidate(auth::source_ptr from, auth::credential_ptr rejected) {
        more().rejected.push_back({std::move(from), std::move(rejected)});
    }
    void judge(failed_call f) { more().failed.push_back(std::move(f)); }
    /// The next one that starts has headers of the user's. Numbered later.
    attempt_note& ask_headers(attempt_note of) { return more().attempts.emplace_back(std::move(of)); }

    /// Work that lasts until all is done.
    void keep(boost::asio::any_io_executor work) noexcept { held_.more().work = std::move(work); }
    void keep(std::shared_ptr<client_core> core) noexcept { kept_ = std::move(core); }

    /// For the observer; `make` gives an `event_note`, and is called only where there is an observer. One for which
    /// there is no memory is not told.
    template <class Make>
    void notify(Make const& make) noexcept {
        if (observed_) note(make);
    }

    /// Does it all; the lock must not be held. What users' handlers throw passes through.
    void run();

private:
    struct wanted_dial {
        std::uint64_t id;
        transport::dial_target target;
    };
    struct rejected_credential {
        auth::source_ptr from;
        auth::credential_ptr held;
    };

    // What a stop that goes well has none of.
    struct rare {
        std::vector<event_note> events;
        std::vector<wanted_dial> dials;
        std::vector<rejected_credential> rejected;
        std::vector<failed_call> failed;
        std::vector<attempt_note> attempts;  // of `starts`, in their order
        std::size_t asked = 0;               // of these
    };
    // What of the context most steps have none of: made where it is needed, and in place, as that may not fail.
    struct more_holdings {
        boost::asio::any_io_executor work;
        policy::chain<&pooled::next> closes;
        policy::chain<&dialing::next> abandoned;
        policy::chain<&bulk_operation::next_due> bulks;
        completion_chain waits;
        // Of the call whose end is told.
        call::handler_type handler;
        std::unique_ptr<boost::asio::any_completion_executor> executor;
        std::shared_ptr<call_receiver> receiver;

        void swap(more_holdings& h) noexcept;
    };
    // All that may be of the context.
    struct holdings final : transport::context_gate::belonging {
        policy::chain<&transport::exchange::next_to_start> starts;
        call_chain done;
        std::optional<more_holdings> rest;

        more_holdings& more() noexcept { return rest ? *rest : rest.emplace(); }
        void swap(holdings& h) noexcept;
    };

    // Apart, so that whoever has no observer does not make room for it.
    template <class Make>
    BOOST_NOINLINE void note(Make const& make) noexcept {
        try {
            more().events.push_back(make());
        } catch (std::bad_alloc const&) {  // no call is lost for it
        }
    }
    rare& more() {
        if (!rare_) rare_ = std::make_unique<rare>();
        return *rare_;
    }
    void tell_events();
    std::shared_ptr<transport::exchange> next_start();
    std::string ask_headers();
    void run_rare();
    void run_closes();
    void run_wakes();
    void release_answered();
    void run_questions();
    void ask(auth::question_ptr const& q, auth::source_ptr const& from);
    bool ask_one(auth::question_ptr const& q) noexcept;
    void tell_end(call& c);
    void come_back(holdings& left) noexcept;
    /// A user's function, which nothing that ends may wait for.
    template <class Function>
    void call_out(Function&& f);

    std::shared_ptr<client_core> kept_;
    client_core& core_;
    completion const when_;
    bool const observed_;
    transport::context_gate::pass pass_;  // goes after what needs it
    holdings held_;
    // Nothing in these is of the context.
    call_chain elsewhere_;
    auth::begun_chain asks_;
    auth::given_up_chain unwanted_;
    auth::question_ptr answered_;
    std::unique_ptr<rare> rare_;
};

}  // namespace oms::detail

#endif
