// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_SIMULATOR_HPP
#define OMS_TESTING_SIMULATOR_HPP

/// @file
/// The service on loopback, for tests: real TLS, tasks with states, IAM and the
/// metadata service beside it, a ledger of every request, and faults on demand.

#include <oms/detail/export.hpp>
#include <oms/detail/one_build.hpp>
#include <oms/task.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oms::testing {

/// What the service answers where its documents leave it open.
struct OMS_DECL answer {
    unsigned status = 200;        ///< 2xx answers without a body.
    std::string service_code;     ///< `error_code` of the body.
    std::string service_message;  ///< `error_msg` of the body.

    answer();
    /// Of all members.
    answer(unsigned status, std::string service_code, std::string service_message);
};

/// How one kind of task behaves.
struct OMS_DECL kind_options {
    answer stop_of_stopped;      ///< A stop of a task that does not run. Default: 400 `OMS.0066`.
    answer start_of_started;     ///< A start of a task that is not stopped. Default: 400 `OMS.0065`.
    answer unknown_task;         ///< A stop, start or show of no known task. Default: 400 `OMS.1009`.
    unsigned pausing_shows = 1;  ///< Shows that read "pausing" after a stop; not for sync tasks.

    kind_options();
};

/// What the metadata service makes of its tokens.
enum class metadata_token_use : std::uint8_t {
    none,      ///< It has none: answers 404.
    optional,  ///< A request may be without one.
    required,  ///< A request must carry one.
};

/// Options of a simulator.
struct OMS_DECL simulator_options {
    std::uint16_t port = 0;  ///< Of the first region; the others, IAM, metadata follow; 0: the system picks each.
    unsigned threads = 1;    ///< At least 1.
    std::vector<std::string> regions;     ///< Each has a port and tasks of its own; empty: one without a name.
    std::chrono::nanoseconds latency{0};  ///< Every reply waits so long.

    std::size_t projects = 0;           ///< Made at start; project `i` is in region `i % regions`.
    std::size_t tasks_per_project = 0;  ///< Running sync tasks made in each.
    std::size_t token_length = 2048;    ///< In characters; a token is never shorter than its project's id needs.

    kind_options sync_tasks;       ///< How sync tasks behave.
    kind_options migration_tasks;  ///< How migration tasks behave.
    kind_options task_groups;      ///< How task groups behave.

    std::string ca_key_pem;  ///< The key of the root to trust, from `simulator::ca_key_pem()`; empty: a new one.

    std::size_t bad_signatures_to_lock = 5;              ///< So many in a row lock a key; at least 1.
    std::chrono::nanoseconds key_lock{300'000'000'000};  ///< How long. Default: five minutes.

    std::size_t log_in_failures_to_lock = 5;                            ///< So many in a row lock a user; at least 1.
    std::chrono::nanoseconds account_lock{900'000'000'000};             ///< How long. Default: 15 minutes.
    std::chrono::seconds token_lifetime{86'400};                        ///< Of what IAM gives; 0: over at once.
    std::chrono::seconds key_lifetime{3'600};                           ///< Of the metadata service's keys; above 0.
    metadata_token_use metadata_tokens = metadata_token_use::optional;  ///< Of the metadata service.

    bool keep_ledger = true;  ///< `false`: counters only; `ledger()` stays empty.

    simulator_options();
};

/// A key pair that requests may be signed with.
struct OMS_DECL access_key {
    std::string id;                     ///< AK.
    std::string secret;                 ///< SK.
    std::string security_token;         ///< Of a temporary key: each request must carry it.
    std::vector<std::string> projects;  ///< That it may be used for; empty: every one.

    access_key();
    /// A permanent one, or a temporary one with its security token; for every project.
    access_key(std::string id, std::string secret, std::string security_token = {});
};

/// What became of the requests that named one key, known or not.
struct OMS_DECL key_counts {
    std::size_t requests = 0;        ///< All of them.
    std::size_t accepted = 0;        ///< Those that passed.
    std::size_t bad_signatures = 0;  ///< Another secret, or another request than was signed.
    std::size_t out_of_time = 0;     ///< `X-Sdk-Date` more than 15 minutes off.
    std::size_t other_project = 0;   ///< Well signed, for a project that the key is not for.
    std::size_t locks = 0;           ///< How often the key was locked.
    std::size_t while_locked = 0;    ///< Refused unseen for that.

    key_counts();
};

/// Somebody who may log in at IAM with a password.
struct OMS_DECL iam_user {
    std::string name;                   ///< The user's name.
    std::string password;               ///< What the user logs in with.
    std::string domain;                 ///< The account's name.
    std::vector<std::string> projects;  ///< Ids that the user may have tokens for; empty: every one.

    iam_user();
    /// One that may have tokens for every project.
    iam_user(std::string name, std::string password, std::string domain);
};

/// What IAM was asked for.
struct OMS_DECL iam_counts {
    std::size_t log_ins = 0;       ///< Tokens given.
    std::size_t failures = 0;      ///< Wrong name, password or account: 401.
    std::size_t refused = 0;       ///< No such project, or not the user's: 404, 403.
    std::size_t locks = 0;         ///< How often a user was locked.
    std::size_t while_locked = 0;  ///< Refused unseen for that: 401.
    std::size_t look_ups = 0;      ///< Of projects, those answered; of a user: by a token.

    iam_counts();
};

/// What the metadata service was asked for.
struct OMS_DECL metadata_counts {
    std::size_t tokens = 0;    ///< Given.
    std::size_t keys = 0;      ///< Given, whether new or not.
    std::size_t pod_keys = 0;  ///< Given as pod identity, whether new or not.
    std::size_t refused = 0;   ///< For want of a token: 401.

    metadata_counts();
};

/// The services that the simulator plays.
enum class service_kind : std::uint8_t {
    oms,       ///< The service itself.
    iam,       ///< The identity service.
    metadata,  ///< The metadata service of ECS, and pod identity.
};

/// Requests whose parts do not belong together.
struct OMS_DECL mismatch_counts {
    std::size_t token_project = 0;   ///< The path is of another project than the token.
    std::size_t header_project = 0;  ///< It is of another one than `X-Project-Id`.
    std::size_t key_project = 0;     ///< The key is not for it.
    std::size_t signature = 0;       ///< The signature is of another request, or by another secret.

    mismatch_counts();
    /// The sum of all.
    std::size_t total() const noexcept { return token_project + header_project + key_project + signature; }
};

/// One request, as the simulator saw it.
struct OMS_DECL ledger_entry {
    service_kind service = service_kind::oms;    ///< That was asked.
    std::string region;                          ///< Of OMS; else empty.
    std::string method;                          ///< Empty where the request's head could not be read.
    std::string target;                          ///< As sent.
    std::string project_id;                      ///< Decoded; empty where the path names none.
    std::string task_id;                         ///< Decoded; empty where the path names none.
    task_kind kind = task_kind::sync_task;       ///< Of the path.
    unsigned status = 0;                         ///< Of the reply; 0: none, or raw bytes.
    std::string request_id;                      ///< `X-Request-Id` of the reply.
    unsigned attempt = 0;                        ///< Of this operation on this task, from 1; 0 where no task is named.
    std::size_t connection = 0;                  ///< From 1, in the order of arrival.
    std::chrono::steady_clock::time_point time;  ///< When it was read.
    bool took_effect = false;                    ///< It stopped or started the task.
    bool reply_sent = false;  ///< The reply, whole; turns false where the connection broke while it was sent.

    ledger_entry();
};

/// Picks requests; what is set must match.
struct OMS_DECL request_matcher {
    std::optional<std::string> project_id;  ///< Decoded, of the path.
    std::optional<task_ref> task;           ///< Its region counts where it has one.
    std::string path_prefix;                ///< Of the target, as sent.

    request_matcher();
};

OMS_DECL request_matcher any();                     ///< Every request.
OMS_DECL request_matcher project(std::string id);   ///< Those of a project.
OMS_DECL request_matcher task(task_ref reference);  ///< Those that name a task.
OMS_DECL request_matcher path(std::string prefix);  ///< Those whose target begins so.

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
    /// Names and values.
    using headers = std::vector<std::pair<std::string, std::string>>;
    /// Answers so: with more headers, and those that a reply needs.
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

/// The service on 127.0.0.1, in threads of its own.
///
/// Made ready by the constructor, ended by `stop()` or the destructor; what it
/// saw can still be read after `stop()`. Thread safe, `stop()` and the
/// destructor aside. References without a region mean the first region.
class OMS_DECL simulator {
public:
    /// Begins to serve.
    /// @throws boost::system::system_error  a port cannot be had.
    /// @throws std::invalid_argument        an option is out of range; names it.
    explicit simulator(simulator_options options = {});
    ~simulator();
    simulator(simulator const&) = delete;
    simulator& operator=(simulator const&) = delete;

    /// Closes all connections and ends the threads. Later calls do nothing.
    void stop();

    /// The root to trust, in PEM; made at start.
    std::string const& ca_pem() const noexcept;
    /// The root's private key, in PEM: whoever trusts the root of this simulator trusts that of the next one that has
    /// it.
    std::string const& ca_key_pem() const noexcept;
    /// For example `https://localhost:40123`; of the first region without a name.
    /// @throws std::invalid_argument  no such region.
    std::string endpoint(std::string_view region = {}) const;
    /// The port of that endpoint.
    /// @throws std::invalid_argument  no such region.
    std::uint16_t port(std::string_view region = {}) const;

    /// IAM's, for all regions: `POST /v3/auth/tokens` (by password, for a project's id or name) and
    /// `GET /v3/projects`, by token or signature. `ca_pem()` is to be trusted there, too.
    std::string iam_endpoint() const;
    /// Of the metadata service of ECS: plain HTTP.
    std::string metadata_endpoint() const;
    /// Of pod identity, for `HC_CONTAINER_CREDENTIALS_FULL_URI`: plain HTTP, the metadata service's keys.
    std::string pod_identity_uri() const;
    /// What the file of `HC_CONTAINER_AUTHORIZATION_TOKEN_FILE` is to hold.
    static std::string pod_identity_token();

    // Names of what the options make; the same in every run.
    /// The id of a project that the options make, from 0.
    static std::string project_id(std::size_t project);
    /// The id of a task that the options make, both from 0.
    static std::string task_id(std::size_t project, std::size_t task);
    /// All tasks that the options make, project by project.
    std::vector<task_ref> tasks() const;
    /// A token of this project, for every region.
    std::string token(std::string_view project_id) const;

    /// Makes a key known, in all regions, or replaces and unlocks it. Requests may be signed by
    /// `SDK-HMAC-SHA256`, `V11-HMAC-SHA256` (of any region and service) or `SDK-HMAC-SM3`.
    void add_key(access_key key);
    /// Makes it unknown. What it was asked for stays counted.
    void remove_key(std::string_view id);
    /// Makes a user known to IAM, or replaces and unlocks one.
    void add_user(iam_user user);
    /// Gives a project a name, by which it can be looked up and logged in for. Several may share one.
    void add_project(std::string id, std::string name);
    /// Makes a token of IAM's, or of `token()`, one that the service does not know any more.
    void revoke(std::string_view token);

    /// The key that the metadata service gives; it is known to all regions. The service makes the
    /// next one when a sixth of its life is left; until the end both are good.
    access_key metadata_key();
    /// Ends that key at once; the next request gets another.
    void end_metadata_key();
    /// Makes all tokens of the metadata service unknown to it.
    void end_metadata_tokens();

    /// Sets the simulator's wall clock: `Date`, expiry, and what signatures are measured by.
    /// @param ahead  Of the machine's clock; negative: behind it.
    void set_clock_skew(std::chrono::seconds ahead) noexcept;

    /// Makes a task, or sets its state.
    /// @param task   Which one; in the first region where it names none.
    /// @param state  `SYNCHRONIZING` or `STOPPED`, for the other kinds the number;
    ///               empty: running. As in `stop_result::final_status`.
    /// @throws std::invalid_argument  no such region, or no state of this kind.
    void add_task(task_ref const& task, std::string_view state = {});
    /// The state in the same notation; empty for an unknown task. No show: changes nothing.
    std::string state(task_ref const& task) const;
    /// How often a stop of this task took effect.
    std::size_t stops(task_ref const& task) const;
    /// How often a start of this task took effect. It needs the four keys, and keeps none of them.
    std::size_t starts(task_ref const& task) const;

    /// Adds a fault: `sim.on(any()).attempt(2).reset_after_headers();`
    fault on(request_matcher match);
    /// Takes all faults away.
    void clear_faults();
    /// How many replies wait because of `fault::held`, those whose client has left included.
    std::size_t held() const;
    /// Sends them. What a fault holds later waits for the next call.
    void release();

    std::vector<ledger_entry> ledger() const;               ///< All requests so far, in their order.
    std::size_t count(request_matcher const& match) const;  ///< Entries of the ledger that match.
    std::size_t count(unsigned status) const;               ///< Requests answered so.
    std::map<unsigned, std::size_t> statuses() const;       ///< Requests by status.
    std::size_t requests() const;                           ///< Requests read whole.
    key_counts key(std::string_view id) const;              ///< Of a key, known or not.
    iam_counts iam(std::string_view user = {}) const;       ///< Of a user, known or not; empty: of all.
    metadata_counts metadata() const;                       ///< Of the metadata service.
    mismatch_counts mismatches() const;                     ///< Of all requests.

    std::size_t connections() const noexcept;       ///< Accepted so far.
    std::size_t open_connections() const noexcept;  ///< Of these, open now.
    std::size_t handshakes() const noexcept;        ///< Completed.
    std::size_t resumed() const noexcept;           ///< Of these, with a session of before.

private:
    class impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace oms::testing

#endif
