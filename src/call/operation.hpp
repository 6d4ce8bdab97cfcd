// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CALL_OPERATION_HPP
#define OMS_CALL_OPERATION_HPP

/// @file
/// The operations of the service: all that tells one from another, a row each.

#include "call/query.hpp"
#include "wire/request_line.hpp"

#include <oms/detail/secret.hpp>
#include <oms/observer.hpp>
#include <oms/start_keys.hpp>
#include <oms/task.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace oms::call {

/// Which service is asked.
enum class service : std::uint8_t { oms, iam };

/// What a request does to the task.
enum class effect : std::uint8_t {
    none,        ///< It reads: repeated whenever that helps, cancelled whenever that is asked for.
    idempotent,  ///< It acts, and twice is as good as once: repeated after an open attempt unless the caller forbids
                 ///< it.
};

/// What the body of a successful reply holds.
enum class reply_body : std::uint8_t {
    unread,    ///< Nothing that counts: the header decides.
    task,      ///< One task: `wire::parse_task`.
    page,      ///< A page of tasks: `wire::parse_page`.
    projects,  ///< IAM's projects of one name: `wire::parse_projects`.
};

/// How it is found out that a task is already what the operation would make it.
enum class confirmation : std::uint8_t {
    reply,  ///< The service's code says it.
    show,   ///< The code may be said of a task that waits, too: one show decides.
};

/// One operation on one kind of task.
struct operation {
    operation_kind kind = operation_kind::stop;
    wire::request_line line;
    service asked = service::oms;
    void (*write_query)(std::string&, query_values const&) = nullptr;  ///< Null: it has no query.
    secret (*write_body)(start_keys const&) = nullptr;                 ///< Null: it has no body.
    reply_body says = reply_body::unread;

    // Of one that acts.
    effect does = effect::none;
    outcome success = outcome::not_sent;              ///< After a 2xx; of a reading it says nothing.
    outcome already = outcome::not_sent;              ///< Where the task was so before.
    std::span<std::string_view const> already_codes;  ///< By which the service says that.
    bool configured_codes = false;                    ///< Those of `retry_options::not_running_codes` say it, too.
    confirmation confirmed_by = confirmation::reply;

    constexpr bool acts() const noexcept { return does != effect::none; }
};

operation const& stop_operation(task_kind kind) noexcept;
operation const& start_operation(task_kind kind) noexcept;
operation const& show_operation(task_kind kind) noexcept;
operation const& list_operation(task_kind kind) noexcept;
operation const& find_project_operation() noexcept;

}  // namespace oms::call

#endif
