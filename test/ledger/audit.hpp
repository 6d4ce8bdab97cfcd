// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_LEDGER_AUDIT_HPP
#define OMS_TEST_LEDGER_AUDIT_HPP

// What the client told its caller about one task, held against what the service and the wire saw of it. Pure.

#include <oms/error.hpp>
#include <oms/task.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oms::ledger_test {

/// What the caller did to a call beside waiting for it.
enum class interference : std::uint8_t {
    none,
    total,       ///< Cancelled by its slot, while nothing was sent.
    partial,     ///< The same, at any time.
    terminal,    ///< The same.
    deadline,    ///< It had little time.
    wholesale,   ///< `client::cancel()`.
    client_end,  ///< The client was shut down or destroyed.
};

std::string_view to_string(interference value) noexcept;

/// What the caller was told. One task is named by one call.
struct told {
    unsigned completions = 0;
    error_code code;
    oms::outcome outcome = outcome::not_sent;
    unsigned http_status = 0;
    unsigned attempts = 0;
    std::string request_id;
    std::uint8_t interferences = 0;  ///< A bit each: those that came before the call had ended.

    void note(interference what) noexcept { interferences |= bit(what); }
    bool had(interference what) const noexcept { return (interferences & bit(what)) != 0; }

private:
    static std::uint8_t bit(interference what) noexcept {
        return static_cast<std::uint8_t>(1U << static_cast<unsigned>(what));
    }
};

/// A status that the service gives to replies whose framing contradicts itself, and to no others.
inline constexpr unsigned malformed_status = 299;

/// One request about the task that reached the service whole, and its reply.
struct exchange {
    std::string request_id;
    unsigned status = 0;  ///< 0: none was sent.
    bool stop = true;     ///< Else a look at the task.
};

/// What the service and the wire saw.
struct seen {
    std::vector<exchange> exchanges;
    std::size_t requests_begun = 0;  ///< Of stops, of which the wire saw the first bytes; counted for sync tasks alone.
    std::size_t stops = 0;           ///< How often the task was stopped.
    bool ran = true;                 ///< Before the call.
    bool runs = true;                ///< After it.
    bool sync = true;                ///< It knows two states alone.
};

/// What is wrong with an account.
enum class finding : std::uint8_t {
    lost,                      ///< The call never completed.
    completed_twice,           ///< Or more often.
    not_sent_but_arrived,      ///< The service has a request.
    not_sent_but_begun,        ///< Some bytes of a request were on the wire.
    refused_but_stopped,       ///< The call stopped the task.
    stopped_but_runs,          ///< No request stopped it.
    stopped_by_other_reply,    ///< It was stopped, but the reply that is named did not say so.
    already_stopped_but_runs,  ///< The task runs.
    answered_but_unknown,      ///< There was one try, and its answer was read.
    answered_but_other,        ///< The same, and the outcome is not what the answer says.
    success_without_stop,      ///< No error, and the task was not stopped.
    stop_with_error,           ///< Stopped, and an error all the same.
    foreign_code,              ///< A code of no category of the library's.
    ended_by_nobody,           ///< Cancelled or shut down, and nobody did so.
    total_cut_what_was_sent,   ///< A total cancellation ended a call that had sent something.
    crossed_reply,             ///< The reply was another request's.
    stopped_twice,             ///< The ledger's own account is wrong.
    arrived_unseen_by_wire,    ///< The wire's own account is wrong.
    last = arrived_unseen_by_wire,
};

std::string_view to_string(finding value) noexcept;

/// Whether it is about what was claimed of the task, as opposed to how often or with whose reply.
bool is_misreport(finding value) noexcept;

/// All that is wrong; empty: both accounts agree.
std::vector<finding> audit(told const& claim, seen const& facts);

}  // namespace oms::ledger_test

#endif
