// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_CLIENT_CORE_HPP
#define OMS_CLIENT_CLIENT_CORE_HPP

// The shell of the client: everything that calls, connections and endpoints
// share, under one lock. What happens to a call its machine decides; what calls
// out is left to `effects`.
//
// Its functions are spread over files by what they deal with: how calls come
// and are ended from outside (calls.cpp), the engine that feeds a call's machine
// and does as it says (drive.cpp), their turn (queue.cpp), connections
// (connections.cpp), replies and failures (exchanges.cpp) and what they teach
// (reply_feedback.cpp), credentials (credentials.cpp), what bulk operations need
// (bulk_operations.cpp), the client's beginning (lifetime.cpp) and end (shutdown.cpp), the end of
// a step and the time (wake.cpp), numbers (report.cpp).
// What needs the lock has it as a parameter: the step that holds it, or the lock itself.

#include "auth/credential_book.hpp"
#include "auth/http_fetch.hpp"
#include "client/bulk_operation.hpp"
#include "client/call.hpp"
#include "client/counters.hpp"
#include "client/effects.hpp"
#include "client/endpoint.hpp"
#include "client/settings.hpp"
#include "policy/time_queue.hpp"
#include "transport/clock.hpp"
#include "transport/connection.hpp"
#include "transport/context_gate.hpp"
#include "transport/dialer.hpp"

#include <oms/client.hpp>
#include <oms/observer.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/assert.hpp>
#include <boost/intrusive/list.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace oms::detail {

class project_directory;

class client_core final : public std::enable_shared_from_this<client_core>,
                          public transport::connection_owner,
                          public transport::dial_user,
                          public transport::sleeper {
public:
    using completion = effects::completion;
    using shutdown_handler = oms::detail::completion<>::handler_type;

    struct services {
        std::shared_ptr<transport::clock> time;
        std::shared_ptr<transport::dialer> dialer;
        std::shared_ptr<auth::http_fetcher> http;  ///< For sources of credentials; never null.
    };

    /// @throws config_error
    static std::shared_ptr<client_core> make(boost::asio::any_io_executor executor, client_config config);
    static std::shared_ptr<client_core> make(boost::asio::any_io_executor executor, settings s, services with);

    client_core(boost::asio::any_io_executor executor, settings s, services with);
    ~client_core() override;

    /// Every thread that does not run the context's handlers needs a pass for what touches the context: as if the
    /// client had been abandoned, where it gets none.
    transport::context_gate::pass enter() const noexcept { return gate_->enter(); }
    std::shared_ptr<transport::context_gate> const& gate() const noexcept { return gate_; }
    boost::asio::execution_context const* context() const noexcept { return context_; }
    /// The gate of another context, which the client's handlers run in: one a context.
    std::shared_ptr<transport::context_gate> gate_into(boost::asio::execution_context& context);

    // What is of the context; the same holds for these.
    boost::asio::any_io_executor const& executor() const noexcept { return home_.executor; }
    /// The same, as handlers have it by default: made once, as a conversion allocates.
    boost::asio::any_completion_executor const& default_executor() const noexcept { return home_.default_executor; }
    transport::dialer& dialer() const noexcept { return *home_.dialer; }
    std::shared_ptr<auth::http_fetcher> const& http() const noexcept { return home_.http; }
    /// For others to keep.
    boost::asio::any_io_executor lend_strand() const;
    boost::asio::any_completion_executor lend(boost::asio::any_completion_executor const& own) const;

    settings const& config() const noexcept { return settings_; }
    observer* watcher() const noexcept { return settings_.config.observer.get(); }
    time_point now() const noexcept { return time_->now(); }

    /// The query that an operation needs, now.
    std::string query_of(oms::call::operation const& what, oms::call::query_values values = {}) const;

    client_metrics metrics() const;
    std::string describe() const;

    // Calls.
    /// Of calls with options of their own: before their thread takes its pass.
    call_rules_ptr rules_of(call_options own) const;
    /// Takes one with nothing filled in but who gets the answer, the task, the operation and the options; then runs.
    /// Where it throws, nothing began, and the call is still the caller's.
    void start(std::unique_ptr<call>&& c, transport::context_gate::pass&& in);
    void start(std::unique_ptr<call>&& c);
    void cancel(std::uint32_t index, std::uint64_t id, boost::asio::cancellation_type type) noexcept;
    void cancel_all_of(call_receiver const* receiver) noexcept;
    void cancel_all() noexcept;

    // The end.
    void shut_down(shutdown_handler handler, shutdown_options const& options);
    void cancel_shutdown(std::uint64_t id);
    void close() noexcept;  ///< The client is destroyed.
    void on_context_destroyed() noexcept;

    // Bulk operations.
    void enlist(std::shared_ptr<bulk_operation> const& bulk);
    /// Before it is destroyed.
    void leave(bulk_operation& bulk) noexcept;
    /// Wakes it at `when`, in place of an earlier order; `time_point::max()`: not at all.
    void wake_bulk(bulk_operation& bulk, time_point when) noexcept;
    /// In a moment, as there was no memory for something.
    void wake_bulk_soon(bulk_operation& bulk) noexcept;
    /// What paces this task now, other than connections; none: it may start.
    struct pace {
        policy::throttle_scope scope = policy::throttle_scope::unnamed;
        time_point until{};
        double rate = 0;  // requests a second
        bool learnt = false;
    };
    std::optional<pace> pace_of(task_ref const& task, auth::credential_guard const* guard) const;
    /// The observer hears of it; the lock must not be held.
    void tell_pace(pace const& p, time_point now) const;
    /// Whether the calls with these options use one credential for all projects.
    bool one_credential(call_options const& options) const;
    /// A call that came back goes on no more.
    void end_returned(call& c, error_code code) noexcept;
    bool accepts() const noexcept;

    // What others tell.
    void on_reply(transport::connection& c, transport::reply const& r) override;
    void on_exchange_failed(transport::connection& c, transport::exchange_failure const& f) override;
    void on_drained(transport::connection& c) override;
    void on_idle_closed(transport::connection& c, error_code const& why) override;
    void on_dial_phase(std::uint64_t id, phase begun) override;
    void on_dial_addresses(std::uint64_t id, std::vector<std::string> const& known,
                           std::vector<std::string> const& under_way) override;
    void on_dialed(std::uint64_t id, transport::dial_result result) override;
    void on_wake() override;
    void on_credential(auth::question_ptr const& q, error_code code, credential value, std::string reason) noexcept;
    /// What follows is added to the effects that met it.
    void on_not_started(transport::connection& c, effects& fx) noexcept;
    void ask_rule(failed_call const& about);
    void on_dial_started(std::uint64_t id, std::shared_ptr<transport::dial> handle);
    void on_dial_not_started(std::uint64_t id) noexcept;

    void deliver(std::unique_ptr<call> c, bool inside);
    void deliver(std::unique_ptr<any_pending_completion> c, bool inside);
    void tell_time(bulk_operation& bulk) noexcept;
    /// That nobody waits for it any more, once there is memory for it.
    void tell_later(auth::question_ptr q) noexcept;
    void keep_a_while(auth::question_ptr q) noexcept;
    /// Passes `op`, whose executor is `to`, on: inside this function only where that is allowed. With a pass, unless
    /// its executor is foreign.
    template <class Op>
    void send(boost::asio::any_completion_executor const& to, Op op, bool inside = false) const;
    project_directory& projects() const noexcept { return *projects_; }
    void tell_end(call const& c) const;

private:
    using lock = std::unique_lock<std::mutex>;

    /// One step of the client: its lock, held; the time, read once; and what is to be done when the lock is gone.
    class step {
    public:
        step(client_core& core, effects& to) : held_(core.mutex_), core_(core), fx(to), now(core.time_->now()) {}
        /// Completes what only waited for the step, sets the timer, and lets go of the lock.
        void unlock() noexcept {
            BOOST_ASSERT(holds());
            core_.settle(*this);
            held_.unlock();
        }
        /// The same, and does what was noted.
        void end() {
            unlock();
            fx.run();
        }
        bool holds() const noexcept { return held_.owns_lock(); }
        lock const& held() const noexcept {
            BOOST_ASSERT(holds());
            return held_;
        }

    private:
        lock held_;
        client_core& core_;

    public:
        effects& fx;
        time_point const now;
    };

    // calls.cpp
    error_code check(call& c, std::string& field) const;
    timeout_options const& limits_of(call const& c) const noexcept;
    retry_options const& retry_of(call const& c) const noexcept;
    void reserve_slot(step const& s);
    void enter_phase(step& s, call& c, phase next, error_code const& ended = {}) noexcept;
    void enter_phase_at(step& s, call& c, phase next, time_point at, error_code const& ended = {}) noexcept;
    void tell_phase(step& s, call const& c, duration elapsed, error_code const& ended) noexcept;
    void expire(step& s, call& c) noexcept;
    call* find_call(step const& s, std::uint32_t index, std::uint64_t id) const noexcept;

    // drive.cpp
    oms::call::view view_of(step& s, call const& c, oms::call::event const& e) noexcept;
    oms::call::action tell(step& s, call& c, oms::call::event const& e) noexcept;
    void drive(step& s, call& c, oms::call::event const& e) noexcept;
    void drive(step& s, call& c, oms::call::event const& e, error_code const& cause) noexcept;
    void no_memory(step& s, call& c) noexcept;
    template <class Work>
    void with_memory(step& s, call& c, Work&& work) noexcept;
    void act(step& s, call& c, oms::call::action const& a, oms::call::event const& e);
    void attempt_failed(step& s, call& c, oms::call::action const& a, policy::failure const& f);
    void judge(step& s, call& c, policy::failure const& f);
    void on_verdict(std::uint32_t index, std::uint64_t id, oms::call::event const& verdict);
    void leave_wait_list(step const& s, call& c) noexcept;
    std::unique_ptr<call> take_out(step& s, call& c) noexcept;
    void complete(step& s, call& c, oms::call::action const& a) noexcept;
    void end_call(step& s, call& c, oms::call::action const& a) noexcept;
    void hand_back(step& s, call& c) noexcept;

    // queue.cpp
    endpoint* endpoint_of(step& s, call const& c);
    void warn_of_region(step& s, endpoint& e, task_kind kind);
    project& project_of(step const& s, endpoint& e, std::string const& name);
    void leave_project(step& s, call& c) noexcept;
    void forget_projects(step& s, endpoint& e, std::size_t at_most) noexcept;
    void enqueue(step& s, call& c, call::wait_list where) noexcept;
    void wake(step const& s, endpoint& e, time_point when) noexcept;
    void refuse(step& s, call& c) noexcept;
    void refuse_all(step& s, endpoint& e) noexcept;
    void pump(step& s, endpoint& e) noexcept;
    bool turned_away(step& s, call& c) noexcept;
    bool spared(step& s, call& c, policy::throttle_scope scope, time_point until) noexcept;
    void make_room(step& s, endpoint& e) noexcept;
    void write_request(step& s, endpoint& e, call& c, pooled& conn);
    void lease(step& s, endpoint& e, call& c, pooled& conn) noexcept;

    // connections.cpp
    void dial(step& s, endpoint& e) noexcept;
    dialing& begin_dial(step& s, endpoint& e);
    void sponsor(step& s, dialing& d) noexcept;
    void end_dial(std::uint64_t id, transport::dial_result& result, completion when);
    void connected(step& s, dialing& d, transport::dial_result& result);
    void dial_failed(step& s, dialing& d, transport::dial_result& result) noexcept;
    void judge_dial(step& s, dialing& d, transport::dial_result& result);
    void hand_back_others(step& s, endpoint& e);
    void keep(step& s, pooled& p) noexcept;
    void suspect(step& s, endpoint& e, pooled const& silent, time_point began) noexcept;
    void drop(step& s, pooled& p, oms::endpoint::close_reason reason, error_code const& why) noexcept;
    void drop_dials(step& s) noexcept;
    void expire(step& s, pooled& p) noexcept;
    void expire(step& s, dialing& d) noexcept;

    // exchanges.cpp
    call* end_exchange(step const& s, pooled& p) noexcept;
    void end_times(step& s, call& c, transport::exchange_times const& t, phase last);
    void abandon_exchange(step& s, call& c, oms::call::event const& why);
    /// What an exchange without a whole reply had for a connection; `suspect`: one that may have died while idle.
    enum class lost_on : std::uint8_t { fresh, used, suspect };
    void lost(step& s, call& c, transport::exchange_failure const& f, lost_on on, error_code timeout) noexcept;
    void lose(step& s, call& c, oms::call::event const& e, error_code cause) noexcept;
    void take_reply(step& s, call& c, oms::call::event::kind what, transport::reply const& r,
                    error_code body_failure) noexcept;
    void read_reply(step& s, call& c, oms::call::event& e, transport::reply const& r);
    void read_show(step& s, call& c, oms::call::event& e, transport::reply const& r);

    // reply_feedback.cpp
    void judge_clock(step const& s, call& c, unsigned status, transport::reply const& r, policy::failure& f);
    void apply_feedback(step& s, call& c, unsigned status, std::string_view text, transport::reply const& r,
                        bool clock_mended = false);
    void slow_down(step& s, call& c, std::string_view text, transport::reply const& r);
    void tell_pace(step& s, call const& c, pace const& p);
    static throttle_event event_of(pace const& p, time_point now);
    policy::throttle_scope widen(step& s, call& c, std::optional<policy::rate_hint> const& hint);

    // credentials.cpp
    void seek_credential(step& s, call& c) noexcept;
    void find_credential(step& s, call& c);
    void wake(step& s, auth::credential_guard& g, policy::wake who) noexcept;
    void release_pass(step& s, call& c) noexcept;
    void tell_closed(step& s, call& c) noexcept;
    void rejected(step& s, call& c);

    // wake.cpp
    void settle(step& s) noexcept;
    void try_again(lock const& held, bool in) noexcept;
    void arm(lock const& held) noexcept;
    void begin_queued(step& s) noexcept;

    // shutdown.cpp
    void end_all(step& s, errc why) noexcept;
    void finish_shutdown(step& s) noexcept;

    // bulk_operations.cpp
    std::shared_ptr<bulk_operation> bulk_after(lock const& held, std::uint64_t& number) const noexcept;
    void stop_bulks(errc why) noexcept;

    // What is the execution context's, and goes with it at latest: the gate has it.
    struct home final : transport::context_gate::belonging {
        home(boost::asio::any_io_executor e, services&& with);
        ~home() override;

        boost::asio::any_io_executor const executor;
        boost::asio::any_completion_executor const default_executor;
        std::shared_ptr<transport::clock> const time;
        std::shared_ptr<transport::dialer> const dialer;
        std::shared_ptr<auth::http_fetcher> const http;
    };
    home& keep_home(boost::asio::any_io_executor executor, services&& with) const;

    settings const settings_;
    std::shared_ptr<transport::context_gate> const gate_ = std::make_shared<transport::context_gate>();
    std::shared_ptr<transport::clock> const time_;  // tells it also when its context is gone
    home& home_;                                    // with a pass
    boost::asio::execution_context const* const context_;

    std::mutex abroad_mutex_;  // no other is taken under it but those of Asio
    std::vector<std::pair<boost::asio::execution_context const*, std::shared_ptr<transport::context_gate>>> abroad_;

    mutable std::mutex mutex_;
    enum class state : std::uint8_t { running, draining, closed, abandoned } state_ = state::running;
    bool finish_unsent_ = false;  // while draining
    time_point drain_until_{};
    timed drain_timer_{timed::kind::drain};

    std::vector<std::unique_ptr<call>> calls_;
    boost::asio::any_io_executor busy_;  // with outstanding work, while there are calls
    std::vector<std::uint32_t> free_;    // slots of `calls_`
    std::uint64_t next_id_ = 1;
    std::size_t waiting_ = 0;  // calls without a connection
    std::atomic<bool> paced_;  // some limiter may hold a call back

    std::map<endpoint_key, std::unique_ptr<endpoint>> endpoints_;
    endpoint* own_region_ = nullptr;  // the one without a region
    std::unordered_map<std::uint64_t, std::unique_ptr<dialing>> dials_;
    auth::credential_book book_;
    timed book_timer_{timed::kind::questions};  // while some are queued that may get room by then
    auth::source_ptr source_;                   // of the client's own provider
    policy::time_queue times_;
    time_point armed_ = time_point::max();
    std::mt19937_64 random_;
    counters counted_;
    std::shared_ptr<project_directory> const projects_;
    struct enlisted {
        std::uint64_t number;
        std::weak_ptr<bulk_operation> bulk;
    };
    std::vector<enlisted> bulks_;  // in the order of their numbers
    completion_chain shutdowns_;

    // What an executor had no memory to take: sent again at the next event, at the latest when `again_` is due.
    call_chain undelivered_;
    completion_chain unsaid_;
    auth::given_up_chain untold_;
    auth::begun_chain kept_;
    timed again_{timed::kind::again};
    std::shared_ptr<client_core> kept_alive_;  // until then
};

template <class Op>
void client_core::send(boost::asio::any_completion_executor const& to, Op op, bool inside) const {
    if (is_foreign(to)) return to.execute(std::move(op));
    if (inside) return boost::asio::dispatch(to, std::move(op));
    boost::asio::post(executor(), std::move(op));  // on its way there
}

template <class... Values>
void pending_completion<Values...>::send(std::unique_ptr<any_pending_completion>& self, client_core& by, bool inside) {
    std::unique_ptr<pending_completion> mine(static_cast<pending_completion*>(self.release()));
    completion_op<pending_completion>::try_send(mine, [&](completion_op<pending_completion> op) {
        auto const to = this->executor;
        by.send(to, bound_completion_op(std::move(op)), inside);
    });
    self = std::move(mine);
}

template <class Make>
void effects::notify(Make const& make) noexcept {
    if (core_.watcher() != nullptr) note(make);
}

template <class Make>
void effects::note(Make const& make) noexcept {
    try {
        more().events.push_back(make());
    } catch (std::bad_alloc const&) {  // no call is lost for it
    }
}

/// What ends here for want of memory ends the call.
template <class Work>
void client_core::with_memory(step& s, call& c, Work&& work) noexcept {
    std::uint32_t const index = c.index;
    std::uint64_t const id = c.id;
    try {
        work();
    } catch (std::bad_alloc const&) {
        if (call* const left = find_call(s, index, id)) no_memory(s, *left);
    }
}

}  // namespace oms::detail

#endif
