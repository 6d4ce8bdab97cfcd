// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_OPTIONS_HPP
#define OMS_TESTING_OPTIONS_HPP

/// @file
/// What a simulator is made with: its options, keys, users and agencies.

#include <oms/detail/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace oms::testing {

/// How one kind of task behaves.
struct OMS_DECL kind_options {
    /// What the service answers where its documents leave it open.
    struct OMS_DECL answer {
        unsigned status = 200;        ///< 2xx answers without a body.
        std::string service_code;     ///< `error_code` of the body.
        std::string service_message;  ///< `error_msg` of the body.

        answer();
        /// Of all members.
        answer(unsigned status, std::string service_code, std::string service_message);
    };

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

/// The versions of HTTP that a server speaks. Which one a connection has, TLS agrees on (ALPN); without a word of it
/// from the client, HTTP/1.1.
enum class http_versions : std::uint8_t {
    http_1_1,  ///< HTTP/1.1 only.
    http_2,    ///< HTTP/2 only: who does not ask for it is not served.
    both,      ///< HTTP/2 where the client asks for it.
};

/// Options of a simulator.
struct OMS_DECL simulator_options {
    std::uint16_t port = 0;  ///< Of the first region; the others, IAM, metadata follow; 0: the system picks each.
    unsigned threads = 1;    ///< At least 1.
    std::vector<std::string> regions;     ///< Each has a port and tasks of its own; empty: one without a name.
    std::chrono::nanoseconds latency{0};  ///< Every reply waits so long.

    http_versions http = http_versions::http_1_1;  ///< Not of the metadata service, nor in virtual time.
    std::uint32_t max_streams = 128;               ///< Of HTTP/2, on a connection at a time; 0: it takes none.

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

/// An agency: what an account lets others do for it.
struct OMS_DECL agency {
    std::string name;                   ///< Its name, in the account that has made it.
    std::string domain;                 ///< That account: its name, which is its id, too.
    std::vector<std::string> trusted;   ///< Users, and ids of keys, that may act; empty: all that are known.
    std::vector<std::string> projects;  ///< Ids of that account's projects that it is for; empty: every one.

    agency();
    /// One for every project.
    agency(std::string name, std::string domain, std::vector<std::string> trusted = {});
};

}  // namespace oms::testing

#endif
