// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_RECORDS_HPP
#define OMS_TESTING_RECORDS_HPP

/// @file
/// What a simulator saw: each request, and counts of them.

#include <oms/detail/export.hpp>
#include <oms/task.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace oms::testing {

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

/// What IAM was asked for.
struct OMS_DECL iam_counts {
    std::size_t log_ins = 0;         ///< Tokens given for a password.
    std::size_t agency_tokens = 0;   ///< Tokens given through an agency, to whoever acted.
    std::size_t agency_keys = 0;     ///< Temporary keys given through an agency, to whoever acted.
    std::size_t agency_refused = 0;  ///< Who acted may not, or there is no such agency: 403, 404.
    std::size_t failures = 0;        ///< Wrong name, password or account: 401.
    std::size_t refused = 0;         ///< No such project, or not the user's: 404, 403.
    std::size_t locks = 0;           ///< How often a user was locked.
    std::size_t while_locked = 0;    ///< Refused unseen for that: 401.
    std::size_t look_ups = 0;        ///< Of projects, those answered; of a user, or a key: by it.

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

}  // namespace oms::testing

#endif
