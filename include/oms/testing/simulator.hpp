// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_SIMULATOR_HPP
#define OMS_TESTING_SIMULATOR_HPP

/// @file
/// The service on loopback, for tests: real TLS, tasks with states, IAM and the
/// metadata service beside it, a ledger of every request, and faults on demand.

#include <oms/config.hpp>
#include <oms/detail/export.hpp>
#include <oms/detail/one_build.hpp>
#include <oms/task.hpp>
#include <oms/testing/connect_fault.hpp>
#include <oms/testing/fault.hpp>
#include <oms/testing/match.hpp>
#include <oms/testing/options.hpp>
#include <oms/testing/records.hpp>
#include <oms/testing/reply_hold.hpp>
#include <oms/testing/scripted_reply.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace oms::testing {

class virtual_time;

/// The service on 127.0.0.1, in threads of its own; or in memory and in virtual time.
///
/// Made ready by the constructor, ended by `stop()` or the destructor; what it
/// saw can still be read after `stop()`. Thread safe, `stop()` and the
/// destructor aside. References without a region mean the first region.
class OMS_DECL simulator {
public:
    /// On loopback, ready when this returns.
    /// @throws boost::system::system_error  a port cannot be had.
    /// @throws std::invalid_argument        an option is out of range; names it.
    explicit simulator(simulator_options options = {});
    /// In memory, for the clients of that time's context; see `<oms/testing/virtual_time.hpp>`. Without threads and
    /// TLS, and with ports that nobody else sees. It belongs to that time's thread.
    /// @throws as the other
    explicit simulator(virtual_time& time, simulator_options options = {});
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
    /// The port of `endpoint`.
    /// @throws std::invalid_argument  no such region.
    std::uint16_t port(std::string_view region = {}) const;

    /// What a client of this simulator is made with: `oms::client client(context, sim.client_config());`. The endpoints
    /// of all regions and of IAM, the root to trust, and `credentials()`; all else has its default.
    oms::client_config client_config() const;
    /// Gives each project its `token()`, and once that was revoked another one, as a log-in would. It may outlive the
    /// simulator.
    std::shared_ptr<credentials_provider> credentials() const;

    /// Where IAM is, for all regions: `POST /v3/auth/tokens` (by password, or through an agency; for a project's id or
    /// name), `POST /v3.0/OS-CREDENTIAL/securitytokens` (through an agency) and `GET /v3/projects`; who acts for an
    /// agency, or looks for a project, does so by token or signature. Its certificate is of the root of `ca_pem`.
    std::string iam_endpoint() const;
    /// Of the metadata service of ECS: plain HTTP.
    std::string metadata_endpoint() const;
    /// Of pod identity, for `HC_CONTAINER_CREDENTIALS_FULL_URI`: plain HTTP, the metadata service's keys.
    std::string pod_identity_uri() const;
    /// What the file of `HC_CONTAINER_AUTHORIZATION_TOKEN_FILE` is to hold.
    static std::string pod_identity_token();

    // Names of what the options make; the same in every run.
    /// The id of a project that the options make, by its number from 0.
    static std::string project_id(std::size_t project);
    /// The id of a task that the options make, by its project's number and its own, from 0.
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
    /// Makes an agency known to IAM, or replaces one. Through it whoever is trusted gets tokens of its account's
    /// projects, which last as those for a password, and temporary keys, which are known to all regions and last as
    /// long as was asked for.
    void add_agency(agency made);
    /// Makes it unknown. What it gave stays good.
    void remove_agency(std::string_view name, std::string_view domain);
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
    /// @param task   Which; without a region in the first one.
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

    /// Adds a fault: `sim.on(match::any()).attempt(2).reset_after_headers();`
    /// @param match  Which requests it is for.
    /// @param where  For what is told where the rule is refused: leave it to its default.
    /// @throws std::invalid_argument  no request can match; see `fault`.
    [[nodiscard]] fault on(request_matcher match, std::source_location where = std::source_location::current());
    /// Adds a fault of connections: `sim.on_connect().times(2).reset();`
    /// @param region  Of the service whose connections they are.
    /// @param where   For what is told where the rule is refused: leave it to its default.
    /// @throws std::invalid_argument  no such region; see `connect_fault`.
    [[nodiscard]] connect_fault on_connect(std::string_view region = {},
                                           std::source_location where = std::source_location::current());
    /// The same for the connections of IAM, or of the metadata service; `service_kind::oms` is the first region.
    [[nodiscard]] connect_fault on_connect(service_kind service,
                                           std::source_location where = std::source_location::current());
    /// Nobody listens any more: who connects from now on is refused by the system. What is connected goes on.
    /// @throws std::invalid_argument        no such region.
    /// @throws boost::system::system_error  the system does not.
    void refuse_connections(std::string_view region = {});
    /// The same for IAM, or the metadata service.
    void refuse_connections(service_kind service);
    /// The service listens again, at the same port.
    /// @throws std::invalid_argument        no such region.
    /// @throws boost::system::system_error  the port cannot be had any more.
    void accept_connections(std::string_view region = {});
    /// The same for IAM, or the metadata service.
    void accept_connections(service_kind service);
    /// Ends all rules, and accepts connections again. What a hold keeps stays there.
    void clear_faults();
    /// How many replies wait because of `fault::held()`, those whose client has left included.
    std::size_t held() const;
    /// Sends them. What a fault holds later waits for the next call.
    void release();

    std::vector<ledger_entry> ledger() const;               ///< All requests so far, in their order.
    std::size_t count(request_matcher const& match) const;  ///< Entries of the ledger that match.
    std::size_t count(unsigned status) const;               ///< Requests answered so.
    /// Waits until so many requests have come, since the simulator was made. A reply may still be due, or held. It
    /// blocks its thread, so the client has to run in another one; in virtual time it runs the client. Not to be called
    /// in a `reply_function`.
    /// @param count    How many.
    /// @param match    Those that count; others than `any()` are counted by the ledger.
    /// @param at_most  Then it gives up; what exceeds ten years counts as ten years.
    /// @return whether they have come.
    /// @throws std::invalid_argument  there is no ledger to count by
    [[nodiscard]] bool wait_for_requests(std::size_t count, request_matcher const& match = match::any(),
                                         std::chrono::nanoseconds at_most = std::chrono::seconds(10)) const;
    std::map<unsigned, std::size_t> statuses() const;  ///< Requests by status.
    std::size_t requests() const;                      ///< Requests read whole.
    key_counts key(std::string_view id) const;         ///< Of a key, known or not.
    iam_counts iam(std::string_view user = {}) const;  ///< Of a user or a key's id, known or not; empty: of all.
    metadata_counts metadata() const;                  ///< Of the metadata service and pod identity.
    mismatch_counts mismatches() const;                ///< Requests whose parts do not belong together.

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
