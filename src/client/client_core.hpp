// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_CLIENT_CORE_HPP
#define OMS_CLIENT_CLIENT_CORE_HPP

// The shell of the client: what callers, connections, dialers, providers and
// timers call. Each call is one step of the engine, and what that leaves to be
// done is done after it, with no lock held. What is of the execution context
// lives here, and how it is reached from other threads.

#include "auth/http_fetch.hpp"
#include "client/bulk_operation.hpp"
#include "client/call.hpp"
#include "client/deferred_actions.hpp"
#include "client/engine.hpp"
#include "client/pace.hpp"
#include "client/settings.hpp"
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

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oms::detail {

class project_directory;

class client_core final : public std::enable_shared_from_this<client_core>,
                          public transport::connection_owner,
                          public transport::dial_user,
                          public transport::sleeper {
public:
    using completion = deferred_actions::completion;
    using wait_handler = oms::detail::completion<>::handler_type;

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
    boost::asio::any_io_executor lend(boost::asio::any_completion_executor const& own) const;

    settings const& config() const noexcept { return settings_; }
    observer* watcher() const noexcept { return settings_.config.observer.get(); }
    time_point now() const noexcept { return time_->now(); }
    project_directory& projects() const noexcept { return *projects_; }

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
    void start(std::unique_ptr<call>&& c) { start(std::move(c), enter()); }
    /// The call hears what its handler's slot emits.
    void watch_slot(call& c);
    void cancel(std::uint32_t index, std::uint64_t id, boost::asio::cancellation_type type) noexcept;
    void cancel_all_of(call_receiver const* receiver) noexcept;
    /// @return  How many calls completed as cancelled; so do the next two.
    std::size_t cancel_all() noexcept;
    std::size_t cancel_tagged(std::string_view tag) noexcept;
    std::size_t cancel_project(std::string_view id) noexcept;
    /// A call that came back goes on no more.
    void end_returned(call& c, error_code code) noexcept;

    // The end.
    void shut_down(wait_handler handler, shutdown_options const& options);
    void wait_idle(wait_handler handler);
    void warm_up(warm_ups::wait_type::handler_type handler, warm_up_options const& options);
    void cancel_wait(std::uint64_t id);
    void close() noexcept;  ///< The client is destroyed.
    void on_context_destroyed() noexcept;
    bool accepts() const noexcept;

    // Bulk operations.
    void enlist(std::shared_ptr<bulk_operation> const& bulk);
    /// Before it is destroyed.
    void leave(bulk_operation& bulk) noexcept;
    /// Wakes it at `when`, in place of an earlier order; `time_point::max()`: not at all.
    void wake_bulk(bulk_operation& bulk, time_point when) noexcept;
    /// In a moment, as there was no memory for something.
    void wake_bulk_soon(bulk_operation& bulk) noexcept;
    void tell_time(bulk_operation& bulk) noexcept;
    /// What paces this task now; none: it may start.
    std::optional<pace> pace_of(task_ref const& task, auth::credential_guard const* guard) const;
    /// The observer hears of it; the lock must not be held.
    void tell_pace(pace const& p, time_point now) const;
    /// Whether the calls with these options use one credential for all projects.
    bool one_credential(call_options const& options) const;

    // What others tell.
    void on_reply(transport::exchange& x, transport::reply const& r) override;
    void on_exchange_failed(transport::exchange& x, transport::exchange_failure const& f) override;
    void on_drained(transport::connection& c) override;
    void on_idle_closed(transport::connection& c, error_code const& why) override;
    void on_news(transport::connection& c, transport::connection_news what) override;
    void on_dial_phase(std::uint64_t id, phase begun) override;
    void on_dial_addresses(std::uint64_t id, std::vector<std::string> const& known,
                           std::vector<std::string> const& under_way) override;
    void on_dialed(std::uint64_t id, transport::dial_result result) override;
    void on_wake() override;
    void on_credential(auth::question_ptr const& q, error_code code, credential value, std::string reason) noexcept;

    // What deferred actions come to.
    /// What follows is added to the actions that met it.
    void on_not_started(transport::exchange& x, deferred_actions& deferred) noexcept;
    void ask_rule(failed_call const& about);
    /// The user's headers for a try, as far as they can be sent.
    header_lines ask_headers(attempt_note& of) noexcept;
    void on_dial_started(std::uint64_t id, std::shared_ptr<transport::dial> handle);
    void on_dial_not_started(std::uint64_t id) noexcept;
    void deliver(std::unique_ptr<call> c, bool inside);
    void deliver(std::unique_ptr<any_pending_completion> c, bool inside);
    /// That nobody waits for it any more, once there is memory for it.
    void tell_later(auth::question_ptr q) noexcept;
    void keep_a_while(auth::question_ptr q) noexcept;
    void tell_end(call const& c) const;
    /// Passes `op`, whose executor is `to`, on: inside this function only where that is allowed. With a pass, unless
    /// its executor is foreign.
    template <class Op>
    void send(boost::asio::any_completion_executor const& to, Op op, bool inside = false) const;

private:
    using lock = std::unique_lock<std::mutex>;

    template <class Wait>
    std::unique_ptr<Wait> make_wait(typename Wait::handler_type handler) const;
    template <class Wait>
    void admit(Wait& wait);
    template <class Work>
    void on_connection(transport::connection& c, Work&& work);
    template <class Work>
    void on_exchange(transport::exchange& x, Work&& work);
    void end_dial(std::uint64_t id, transport::dial_result& result, completion when);
    template <class Wanted>
    std::size_t cancel_calls(Wanted wanted, bool warm_ups_too = false) noexcept;
    /// All, or those with this tag.
    void stop_bulks(errc why, std::optional<std::string_view> tag = std::nullopt) noexcept;
    template <class Add>
    bool add_undelivered(Add&& add) noexcept;

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

    std::atomic<bool> told_of_headers_ = false;
    std::mutex abroad_mutex_;  // no other is taken under it but those of Asio
    std::vector<std::pair<boost::asio::execution_context const*, std::shared_ptr<transport::context_gate>>> abroad_;

    engine engine_;
    std::shared_ptr<project_directory> const projects_;
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

}  // namespace oms::detail

#endif
