// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_HPP
#define OMS_CLIENT_HPP

/// @file
/// The client: one call each for one task.

#include <oms/call_options.hpp>
#include <oms/config.hpp>
#include <oms/credentials.hpp>
#include <oms/detail/export.hpp>
#include <oms/detail/foreign_handler.hpp>
#include <oms/detail/one_build.hpp>
#include <oms/error.hpp>
#include <oms/metrics.hpp>
#include <oms/start_keys.hpp>
#include <oms/task.hpp>
#include <oms/task_info.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace oms {

class client;
class task_list;

namespace detail {
class client_core;
struct bulk_access;

/// What an executor can be had from: an execution context, and no client.
template <class T>
concept has_executor = !std::same_as<std::remove_cv_t<T>, client> && requires(T & t) {
    { t.get_executor() } -> std::convertible_to<boost::asio::any_io_executor>;
};
}  // namespace detail

/// How `async_shutdown` treats what is under way.
struct OMS_DECL shutdown_options {
    duration drain_for = std::chrono::seconds(5);  ///< What calls in flight have to end; 0: none; not negative.
    bool finish_unsent = false;                    ///< Lets calls that have sent nothing run, too, in that time.

    shutdown_options() noexcept;
};

/// What `async_warm_up` opens.
struct OMS_DECL warm_up_options {
    std::string region;  ///< Whose endpoint; empty: the client's own.
    /// Connections that are open then, 1 to `pool_options::max_connections` and `max_idle`. Unset:
    /// `pool_options::min_connections`, one at least.
    std::optional<std::size_t> connections;

    warm_up_options() noexcept;
};

/// Stops tasks of any number of projects, accounts and regions.
///
/// A move-only handle. Every function may be called from any thread at any
/// time, on an executor that one thread runs or many; moving and destroying
/// the handle itself are the owner's to order. It starts no threads, save one
/// for a context in which the system looks names up, and one that reads
/// `tls_options`' files again once they have changed.
///
/// **Threads.** Two threads on one client spend about a tenth more CPU on a
/// stop than one does, eight about a quarter more. The other way is a context
/// and a client for each thread: they share nothing, so that two spend what one
/// does, but each has connections of its own, and learns by itself what pace
/// the service allows and which credential it rejects.
///
/// **Completion.** Each operation completes exactly once, on its handler's
/// associated executor (else the client's), with its allocator, never inside
/// the initiating function, `cancel()`, a slot's emit, or a destructor.
///
/// **Destruction** completes what is pending with `errc::shut_down`. Where the
/// execution context went first, its handlers are destroyed uncalled, as in
/// all of Asio, and the destructor does nothing.
///
/// **Several contexts.** The client's, those that handlers run in, and the
/// threads of providers of credentials may end in any order. Where a handler's
/// context goes first, the handler is destroyed uncalled, and its operation
/// ends as if it had been cancelled. Where the client is destroyed before its
/// context, a handler of another context is called there, though the client's
/// own may never run again. A context's end waits for threads of the library
/// that are inside it, and never for a user's function. An executor that names no
/// context (`boost::asio::any_completion_executor` is such a one) must outlive
/// its operations.
///
/// **Work.** A pending call and an idle connection keep `run()` busy; an idle
/// client lets it return after `pool_options::idle_timeout`, `async_shutdown`
/// or the client's destruction.
///
/// **Moved from.** Such a client may be assigned to and destroyed; `cancel()`
/// does nothing, `get_executor()` is empty, and all else throws a
/// `boost::system::system_error` with `errc::shut_down`, and has started nothing.
class OMS_DECL client {
public:
    /// Any executor of Asio's.
    using executor_type = boost::asio::any_io_executor;

    /// Makes a client; reads the files that the configuration names; sends nothing.
    /// @throws config_error  names the field that is wrong; `executor`, where its context was made without locks
    ///                       (`BOOST_ASIO_CONCURRENCY_HINT_UNSAFE`, `BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO`).
    client(executor_type executor, client_config config);

    /// The same for an execution context.
    template <detail::has_executor Context>
    client(Context& context, client_config config) : client(executor_type(context.get_executor()), std::move(config)) {}

    client(client&&) noexcept;
    client& operator=(client&&) noexcept;
    ~client();

    /// The executor that it was made with; an empty one of a client that was moved from.
    executor_type get_executor() const noexcept;

    /// Stops one task.
    ///
    /// @param task   The task. Checked before any network; a wrong one completes
    ///               with `errc::invalid_project_id`, `invalid_task_id` or
    ///               `unknown_region`, and `service_message` names the field.
    /// @param token  Completes with `void(error_code, stop_result)`.
    ///
    /// Success says that the task is stopped: `stopped`, or `already_stopped`
    /// where the call may have done it itself or the options ask for it. On
    /// failure `stop_result::outcome` says whether it was stopped, was not, or
    /// may have been. Failed tries are repeated as `retry_options` says.
    ///
    /// **Cancellation.** *terminal* and *partial*: at any time; a request under
    /// way is given up with its connection, so the task may have been stopped:
    /// the outcome is `unknown` then, else `not_sent` or `refused`. *total*:
    /// only while no byte of any request was sent, so the outcome is
    /// `not_sent`; later it has no effect. The code is `errc::cancelled`. Once the
    /// head of a 2xx reply is here, the call is a success all the same.
    ///
    /// **Errors.** `condition` tells them apart; see `<oms/error.hpp>`.
    /// **Exceptions.** Only `std::bad_alloc`, and what `credentials_provider::label()`
    /// of the options' credentials throws, from the initiating function,
    /// and then nothing was started. Where memory is missing later, it
    /// completes with `errc::out_of_memory`, once and with its outcome.
    ///
    /// The service: stops a synchronization task that is in state
    /// `SYNCHRONIZING`; a 200 without body answers (API reference, "Stopping a
    /// Synchronization Task").
    template <boost::asio::completion_token_for<void(error_code, stop_result)> Token = boost::asio::deferred_t>
    auto async_stop(task_ref task, Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(error_code, stop_result)>(initiate_stop{{live()}}, token,
                                                                                 std::move(task));
    }

    /// The same with options of its own.
    ///
    /// @param options  What is unset is the client's. A wrong one completes with `errc::invalid_option` or
    ///                 `errc::invalid_header`, and `service_message` names it.
    template <boost::asio::completion_token_for<void(error_code, stop_result)> Token = boost::asio::deferred_t>
    auto async_stop(task_ref task, call_options options, Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(error_code, stop_result)>(initiate_stop{{live()}}, token,
                                                                                 std::move(task), std::move(options));
    }

    /// Starts a task that was stopped: the way back from a stop that was a mistake.
    ///
    /// @param task   The task. Checked before any network; a wrong one completes
    ///               with `errc::invalid_project_id`, `invalid_task_id` or
    ///               `unknown_region`, and `service_message` names the field.
    /// @param keys   What the service is to read and write with; it keeps none of a task that is stopped. A wrong one
    ///               completes with `errc::invalid_option` before any network, and `service_message` names it.
    /// @param token  Completes with `void(error_code, stop_result)`.
    ///
    /// Success says that the task was started: `outcome::started`, or
    /// `already_started` where this call may have done it itself. One that ran
    /// before the call is the service's own error, `OMS.0065`, with that
    /// outcome. On any other failure the outcome says whether the task was
    /// started, was not, or may have been.
    ///
    /// A started sync task synchronizes; a migration task goes on, or begins
    /// again where it had failed; a group starts its tasks. Starting twice is
    /// as good as once, so that failed tries are repeated as `retry_options` says.
    ///
    /// **Cancellation.** *terminal* and *partial*: at any time; a request under
    /// way is given up with its connection, so the task may have been started:
    /// the outcome is `unknown` then, else `not_sent` or `refused`. *total*:
    /// only while no byte of any request was sent, so the outcome is
    /// `not_sent`; later it has no effect. The code is `errc::cancelled`. Once the
    /// head of a 2xx reply is here, the call is a success all the same.
    ///
    /// **Errors.** `condition` tells them apart; see `<oms/error.hpp>`.
    /// **Exceptions.** Only `std::bad_alloc`, and what `credentials_provider::label()`
    /// of the options' credentials throws, from the initiating function,
    /// and then nothing was started. Where memory is missing later, it
    /// completes with `errc::out_of_memory`, once and with its outcome.
    ///
    /// The service: `POST /v2/{project_id}/sync-tasks/{id}/start`, the same of
    /// `/tasks`, `PUT` of `/taskgroups`; `src_ak`, `src_sk`, `dst_ak` and
    /// `dst_sk` in a body of JSON; a 200 without body answers (API reference,
    /// "Starting a Synchronization Task", "Starting a Migration Task",
    /// "Starting a Migration Task Group").
    template <boost::asio::completion_token_for<void(error_code, stop_result)> Token = boost::asio::deferred_t>
    auto async_start(task_ref task, start_keys keys, Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(error_code, stop_result)>(initiate_start{{live()}}, token,
                                                                                 std::move(task), std::move(keys));
    }

    /// The same with options of its own.
    ///
    /// @param options  What is unset is the client's. A wrong one completes with `errc::invalid_option` or
    ///                 `errc::invalid_header`, and `service_message` names it. Its
    ///                 `already_stopped_is_success` means nothing here.
    template <boost::asio::completion_token_for<void(error_code, stop_result)> Token = boost::asio::deferred_t>
    auto async_start(task_ref task, start_keys keys, call_options options, Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(error_code, stop_result)>(
            initiate_start{{live()}}, token, std::move(task), std::move(keys), std::move(options));
    }

    /// Reads what the service tells of a task.
    ///
    /// @param task   The task. Checked before any network; a wrong one completes
    ///               with `errc::invalid_project_id`, `invalid_task_id` or
    ///               `unknown_region`, and `call.service_message` names the field.
    /// @param token  Completes with `void(error_code, task_info)`.
    ///
    /// A reading changes nothing, so it is repeated in strict mode, too.
    ///
    /// **Cancellation.** All three types at any time, with `errc::cancelled`; the task is as it was.
    /// **Errors.** `condition` tells them apart; see `<oms/error.hpp>`. A 2xx reply that tells of
    /// no task: `errc::unexpected_body`; one larger than `limit_options::list_body`: `errc::body_too_large`.
    /// **Exceptions.** Only `std::bad_alloc`, and what `credentials_provider::label()` of the options'
    /// credentials throws, from the initiating function, and then nothing was started.
    ///
    /// The service: `GET /v2/{project_id}/sync-tasks/{id}?query_time=…` and
    /// its siblings (API reference, "Querying a Synchronization Task").
    template <boost::asio::completion_token_for<void(error_code, task_info)> Token = boost::asio::deferred_t>
    auto async_show(task_ref task, Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(error_code, task_info)>(initiate_show{{live()}}, token,
                                                                               std::move(task));
    }

    /// The same with options of its own.
    ///
    /// @param options  What is unset is the client's. A wrong one completes with `errc::invalid_option` or
    ///                 `errc::invalid_header`, and `call.service_message` names it. Its
    ///                 `already_stopped_is_success` means nothing here.
    template <boost::asio::completion_token_for<void(error_code, task_info)> Token = boost::asio::deferred_t>
    auto async_show(task_ref task, call_options options, Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(error_code, task_info)>(initiate_show{{live()}}, token,
                                                                               std::move(task), std::move(options));
    }

    /// Reads one page of a project's tasks.
    ///
    /// @param query  Checked before any network; a wrong one completes with `errc::invalid_project_id`,
    ///               `unknown_region` or `invalid_option`, and `call.service_message` names the field.
    /// @param token  Completes with `void(error_code, task_page)`.
    ///
    /// A reading changes nothing, so it is repeated in strict mode, too.
    ///
    /// **Cancellation.** All three types at any time, with `errc::cancelled`; the tasks are as they were.
    /// **Errors.** `condition` tells them apart; see `<oms/error.hpp>`. A 2xx reply that is
    /// no page: `errc::unexpected_body`; one larger than `limit_options::list_body`: `errc::body_too_large`.
    /// **Exceptions.** Only `std::bad_alloc`, and what `credentials_provider::label()` of the credentials of
    /// options or query throws, from the initiating function, and then nothing was started.
    ///
    /// The service: `GET /v2/{project_id}/sync-tasks?limit=…&offset=…&status=…` and
    /// its siblings (API reference, "Querying Synchronization Tasks").
    template <boost::asio::completion_token_for<void(error_code, task_page)> Token = boost::asio::deferred_t>
    auto async_list(list_query query, Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(error_code, task_page)>(initiate_list{{live()}}, token,
                                                                               std::move(query));
    }

    /// The same with options of its own.
    ///
    /// @param options  What is unset is the client's. A wrong one completes with `errc::invalid_option` or
    ///                 `errc::invalid_header`, and `call.service_message` names it. Its
    ///                 `already_stopped_is_success` means nothing here.
    template <boost::asio::completion_token_for<void(error_code, task_page)> Token = boost::asio::deferred_t>
    auto async_list(list_query query, call_options options, Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(error_code, task_page)>(initiate_list{{live()}}, token,
                                                                               std::move(query), std::move(options));
    }

    /// Finds the id of a project by its name, where only a region is known.
    ///
    /// @param name   The project's name: a region's id for the region's own
    ///               project (`cn-north-4`), `cn-north-4_name` for a
    ///               sub-project; 1–64 characters. Empty: the client's region.
    /// @param token  Completes with `void(error_code, project_info)`; the `id` is what
    ///               `task_ref` and its factories take.
    ///
    /// IAM is asked once for a name, however many wait, and never again where
    /// it answered: the client remembers up to 1,000 projects. The client's own
    /// credentials are asked for with an empty project id: a key pair does (not bound to a project), and
    /// so does `iam_token_credentials`, which logs in by the name then.
    ///
    /// **Cancellation.** All three types at any time, with `errc::cancelled`; nothing
    /// is changed, and others that ask for the name wait on.
    /// **Errors.** `condition` tells them apart; see `<oms/error.hpp>`.
    /// `errc::project_not_found` where there is none, or more than one, and
    /// `call.service_message` lists those; `errc::unexpected_body` for a 2xx reply that is no
    /// list of projects; `errc::invalid_option` for a name that could not be one.
    /// **Exceptions.** Only `std::bad_alloc`, and what `credentials_provider::label()` of the options'
    /// credentials throws, from the initiating function, and then nothing was started.
    ///
    /// IAM: `GET /v3/projects?name=…` (API reference, "Querying Project Information").
    template <boost::asio::completion_token_for<void(error_code, project_info)> Token = boost::asio::deferred_t>
    auto async_find_project(std::string name, Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(error_code, project_info)>(initiate_find_project{{live()}},
                                                                                  token, std::move(name));
    }

    /// The same with options of its own.
    ///
    /// @param options  What is unset is the client's. A wrong one completes with `errc::invalid_option` or
    ///                 `errc::invalid_header`, and `call.service_message` names it. Its
    ///                 `already_stopped_is_success` means nothing here.
    template <boost::asio::completion_token_for<void(error_code, project_info)> Token = boost::asio::deferred_t>
    auto async_find_project(std::string name, call_options options, Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(error_code, project_info)>(
            initiate_find_project{{live()}}, token, std::move(name), std::move(options));
    }

    /// All tasks that match, page by page, as a source of `async_stop_all` or to
    /// be read by hand; see `task_list`. Sends nothing yet.
    ///
    /// @param query  Its `limit` is the size of a page, its `offset` the first row.
    /// @throws std::bad_alloc
    task_list list_all(list_query query) const;

    /// The same with options of its own.
    ///
    /// @param options  For the reading of each page. A wrong one is an error of each `task_list::async_next`.
    task_list list_all(list_query query, call_options options) const;

    /// Ends the client's work in good order.
    ///
    /// From now on new calls complete with `errc::shut_down`. Calls that have
    /// sent nothing, and those between two tries, complete so at once, with
    /// their outcome; those in flight have `drain_for` and are then cut with
    /// that code, too. A bulk starts no more tasks. Completes when all calls have
    /// ended and all connections are closed.
    ///
    /// @param drain_for  Not negative; a longer one than `timeouts.total` changes nothing. Of several
    ///                   that are asked for the shortest counts.
    /// @param token      Completes with `void(error_code)`: success, or
    ///                   `errc::cancelled`.
    ///
    /// **Cancellation.** All three types end the wait, not the shutdown:
    /// what is in flight keeps its `drain_for`.
    ///
    /// **Errors.** `errc::cancelled` alone. The client's destruction cuts what is left, and is a success.
    /// **Exceptions.** Only `std::bad_alloc`, from the initiating function, and then nothing was started.
    template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
    auto async_shutdown(duration drain_for, Token&& token = Token()) const {
        shutdown_options options;
        options.drain_for = drain_for;
        return async_shutdown(options, std::forward<Token>(token));
    }

    /// The same with the default `shutdown_options`: calls in flight have five seconds.
    template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
    auto async_shutdown(Token&& token = Token()) const {
        return async_shutdown(shutdown_options(), std::forward<Token>(token));
    }

    /// The same with all its options.
    ///
    /// @param options  Where several are asked for, calls that have sent nothing run only if all say so.
    template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
    auto async_shutdown(shutdown_options options, Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(error_code)>(initiate_shutdown{{live()}}, token, options);
    }

    /// Waits until nothing of this client is under way: no call, and no bulk.
    ///
    /// @param token  Completes with `void(error_code)`, at once where that is so already. What ended before has its
    ///               handler called before, where both run on the same strand or thread.
    ///
    /// It ends nothing, and holds nothing up: what begins meanwhile is waited for, too. Other waits, and
    /// `async_shutdown`, are not.
    ///
    /// **Cancellation.** All three types end the wait, with `errc::cancelled`, and nothing else.
    /// **Errors.** `errc::cancelled` alone. The client's destruction ends what it waits for, and is a success.
    /// **Exceptions.** Only `std::bad_alloc`, from the initiating function, and then nothing was started.
    template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
    auto async_wait_idle(Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(error_code)>(initiate_wait_idle{{live()}}, token);
    }

    /// Opens connections before they are needed, so that the first calls neither look up, nor connect, nor shake hands.
    ///
    /// @param options  How many connections, and to which region's endpoint. A wrong one completes with
    ///                 `errc::invalid_option` or `errc::unknown_region`, and `service_message` names it.
    /// @param token    Completes with `void(error_code, stop_result)`: so many are open. On a failure `phase`, `cause`
    ///                 and `details().connection` tell where and why; the outcome is always `not_sent`.
    ///
    /// No request is sent. What is open already counts, and what calls open meanwhile. They are kept as all others are,
    /// so for `pool_options::idle_timeout` where there are more than `pool_options::min_connections`. Credentials are
    /// not asked for. Nothing is repeated: the first connection that cannot be had at any address ends it, and so does
    /// an endpoint that could not be reached a moment ago; those that were opened stay.
    ///
    /// **Cancellation.** All three types end the wait, with `errc::cancelled`; what is being opened
    /// serves others, and no outcome of any task is concerned. `cancel()` ends it too, and counts it.
    /// **Errors.** `condition::invalid_argument`, `connection_failed`, `tls_failed`, `proxy_failed`, `timed_out` (by
    /// `timeout_options::resolve`, `connect` and `handshake`), `blocked`, `overloaded` (no memory), `cancelled`,
    /// `shut_down`.
    /// **Exceptions.** Only `std::bad_alloc`, from the initiating function, and then nothing was started.
    template <boost::asio::completion_token_for<void(error_code, stop_result)> Token = boost::asio::deferred_t>
    auto async_warm_up(warm_up_options options, Token&& token = Token()) const {
        return boost::asio::async_initiate<Token, void(error_code, stop_result)>(initiate_warm_up{{live()}}, token,
                                                                                 std::move(options));
    }

    /// The same with the default `warm_up_options`: to the client's own endpoint, as many as
    /// `pool_options::min_connections`, one at least.
    template <boost::asio::completion_token_for<void(error_code, stop_result)> Token = boost::asio::deferred_t>
    auto async_warm_up(Token&& token = Token()) const {
        return async_warm_up(warm_up_options(), std::forward<Token>(token));
    }

    /// Ends every operation that is running, bulk operations too, as if each
    /// had been cancelled with *terminal*. The client stays usable. Never throws.
    ///
    /// @return How many calls will complete with `errc::cancelled`, those of
    ///         bulk operations included. What a bulk had not started is
    ///         `not_attempted` in its report, and not counted; nor are calls
    ///         that had their answer already.
    std::size_t cancel() const noexcept;

    /// The same for the operations whose `call_options::tag` this is; a bulk's is
    /// that of `bulk_options::call`. Nothing has an empty tag.
    std::size_t cancel(std::string_view tag) const noexcept;

    /// Ends the calls of one project that are running, wherever it is named, as if each
    /// had been cancelled with *terminal*. A bulk goes
    /// on: its calls of that project under way end as cancelled, and what
    /// it starts later is not concerned. Never throws.
    ///
    /// @return How many calls will complete with `errc::cancelled`, those of bulk operations included.
    std::size_t cancel_project(std::string_view project_id) const noexcept;

    /// A snapshot of the client's numbers; costs one lock and a small copy.
    /// @throws std::bad_alloc
    client_metrics metrics() const;

    /// A page of text for people who look for what is wrong: each endpoint,
    /// who waits, who is throttled, where credentials come from. No secret.
    /// @throws std::bad_alloc
    std::string describe() const;

private:
    friend class task_list;
    friend struct detail::bulk_access;
    // By reference, so that a result is moved once, and not by each layer of the erased call.
    using stop_signature = void(error_code, stop_result&&);
    using show_signature = void(error_code, task_info);
    using list_signature = void(error_code, task_page);
    using find_project_signature = void(error_code, project_info);
    using warm_up_signature = void(error_code, stop_result);
    using wait_signature = void(error_code);
    using stop_handler = boost::asio::any_completion_handler<stop_signature>;
    using show_handler = boost::asio::any_completion_handler<show_signature>;
    using list_handler = boost::asio::any_completion_handler<list_signature>;
    using find_project_handler = boost::asio::any_completion_handler<find_project_signature>;
    using warm_up_handler = boost::asio::any_completion_handler<warm_up_signature>;
    using wait_handler = boost::asio::any_completion_handler<wait_signature>;
    using core_ptr = std::shared_ptr<detail::client_core>;

    // Without options of its own: null.
    static void start_stop(detail::client_core&, stop_handler, task_ref&&, call_options*);
    static void start_start(detail::client_core&, stop_handler, task_ref&&, start_keys&&, call_options*);
    static void start_show(detail::client_core&, show_handler, task_ref&&, call_options*);
    static void start_list(detail::client_core&, list_handler, list_query&&, call_options*);
    static void start_find_project(detail::client_core&, find_project_handler, std::string&&, call_options*);
    static void start_shutdown(core_ptr const&, wait_handler, shutdown_options const&);
    static void start_wait_idle(core_ptr const&, wait_handler);
    static void start_warm_up(core_ptr const&, warm_up_handler, warm_up_options const&);
    static executor_type executor_of(detail::client_core const&) noexcept;

    core_ptr const& live() const {
        if (!core_) throw_moved_from();
        return core_;
    }
    [[noreturn]] static void throw_moved_from();

    struct initiation {
        core_ptr core;
        using executor_type = client::executor_type;
        executor_type get_executor() const noexcept { return executor_of(*core); }
    };
    // An operation on `What`, without options of its own and with.
    template <class Signature, auto Start, class... What>
    struct initiate_call : initiation {
        void operator()(auto&& handler, What&&... what) const {
            Start(*core, detail::keep_handler<Signature>(*core, std::forward<decltype(handler)>(handler)),
                  std::move(what)..., nullptr);
        }
        void operator()(auto&& handler, What&&... what, call_options&& options) const {
            Start(*core, detail::keep_handler<Signature>(*core, std::forward<decltype(handler)>(handler)),
                  std::move(what)..., &options);
        }
    };
    using initiate_stop = initiate_call<stop_signature, &client::start_stop, task_ref>;
    using initiate_start = initiate_call<stop_signature, &client::start_start, task_ref, start_keys>;
    using initiate_show = initiate_call<show_signature, &client::start_show, task_ref>;
    using initiate_list = initiate_call<list_signature, &client::start_list, list_query>;
    using initiate_find_project = initiate_call<find_project_signature, &client::start_find_project, std::string>;
    struct initiate_shutdown : initiation {
        void operator()(auto&& handler, shutdown_options const& options) const {
            start_shutdown(core, detail::keep_handler<wait_signature>(*core, std::forward<decltype(handler)>(handler)),
                           options);
        }
    };
    struct initiate_warm_up : initiation {
        void operator()(auto&& handler, warm_up_options const& options) const {
            start_warm_up(core,
                          detail::keep_handler<warm_up_signature>(*core, std::forward<decltype(handler)>(handler)),
                          options);
        }
    };
    struct initiate_wait_idle : initiation {
        void operator()(auto&& handler) const {
            start_wait_idle(core,
                            detail::keep_handler<wait_signature>(*core, std::forward<decltype(handler)>(handler)));
        }
    };

    core_ptr core_;
};

/// Lists every task of a project, whatever the number of pages.
///
/// Rows move to lower offsets when others leave the list, as with a filter by
/// status while tasks are stopped. So a list of more than one page is read
/// again from its first row until a pass brings nothing new; each task is
/// given once.
///
/// One `async_next` at a time; not thread safe. It may outlive the client:
/// then it completes with `errc::shut_down`. One that was moved from may be
/// assigned to and destroyed; `async_next` throws a `boost::system::system_error`
/// with `errc::shut_down`, and nothing else may be called.
///
/// The service: at most 100 rows a page, no offset beyond 10000 (API
/// reference, "Querying Synchronization Tasks").
class OMS_DECL task_list {
public:
    task_list(task_list&&) noexcept;
    task_list& operator=(task_list&&) noexcept;
    ~task_list();

    /// The next task.
    ///
    /// @param token  Completes with `void(error_code, std::optional<task_ref>)`:
    ///               a task that was not given before, or none at the end.
    ///
    /// After an error the same page is asked for again.
    ///
    /// **Cancellation.** All three types at any time, while a page is under way, with `errc::cancelled`;
    /// no task is lost. A task that is here already is given all the same.
    /// **Errors.** Those of `client::async_list`; `call()` has the rest.
    /// **Exceptions.** Only `std::bad_alloc`, and what `credentials_provider::label()` of the list's
    /// credentials throws, from the initiating function; then nothing was started, and no task is lost.
    ///
    /// The service: `GET /v2/{project_id}/sync-tasks?limit=…&offset=…&status=…` and
    /// its siblings (API reference, "Querying Synchronization Tasks").
    template <
        boost::asio::completion_token_for<void(error_code, std::optional<task_ref>)> Token = boost::asio::deferred_t>
    auto async_next(Token&& token = Token()) {
        return boost::asio::async_initiate<Token, void(error_code, std::optional<task_ref>)>(initiate_next{live()},
                                                                                             token);
    }

    /// What the list told of the task that came last.
    task_info const& info() const noexcept;

    /// The end was reached, and every task was seen as far as can be told:
    /// `false` where rows lie behind the last offset that the service takes, or
    /// kept moving.
    bool complete() const noexcept;

    /// How the reading of the last page went.
    stop_result const& call() const noexcept;

private:
    friend class client;
    struct state;
    struct page_op;
    using next_signature = void(error_code, std::optional<task_ref>);
    using next_handler = boost::asio::any_completion_handler<next_signature>;

    task_list(std::shared_ptr<detail::client_core> core, list_query query, std::unique_ptr<call_options> options);
    static void start_next(std::shared_ptr<state> const&, next_handler);
    static client::executor_type executor_of(state const&) noexcept;
    static detail::client_core& core_of(state const&) noexcept;

    std::shared_ptr<state> const& live() const {
        if (!state_) client::throw_moved_from();
        return state_;
    }

    struct initiate_next {
        std::shared_ptr<state> of;
        using executor_type = client::executor_type;
        executor_type get_executor() const noexcept { return executor_of(*of); }
        void operator()(auto&& handler) const {
            start_next(of,
                       detail::keep_handler<next_signature>(core_of(*of), std::forward<decltype(handler)>(handler)));
        }
    };

    std::shared_ptr<state> state_;
};

}  // namespace oms

#endif
