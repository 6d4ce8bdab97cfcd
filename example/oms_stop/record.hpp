// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_RECORD_HPP
#define OMS_STOP_RECORD_HPP

// What is known of a run: from its report, or while it goes on.

#include "input.hpp"
#include "task_table.hpp"
#include "utc.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace oms_stop {

using milliseconds = std::chrono::milliseconds;

/// What a failed task ended with; the message is that of the first with this code.
struct failure_kind {
    std::string code, condition;

    bool operator==(failure_kind const&) const = default;
};

/// What became of a task of a run.
struct task_state {
    std::uint32_t failure = 0;                ///< Of `record::failure`; says something only where it has failed.
    std::uint32_t ended_ms = 0, took_ms = 0;  ///< Since the session's begin; and how long.
    std::uint16_t session = 0;
    std::uint8_t outcome = 0;       ///< The number of its word; 0: none.
    bool sent : 1 = false;          ///< A request may have been sent and has no result.
    bool ended : 1 = false;         ///< There is a result.
    bool succeeded : 1 = false;     ///< As the service's answer says.
    bool read : 1 = false;          ///< Its state was read afterwards,
    bool read_stopped : 1 = false;  ///< and was that of a stopped task.
    bool timed : 1 = false;         ///< The times above are known.
    bool unsure : 1 = false;        ///< It was found stopped; nobody knows whether this run did it.
};

/// A task of a run, to be looked at.
struct record_entry {
    selected_task about;
    task_state state;
    std::string_view outcome, code, condition, message;
};

/// From when to when the program worked at a run: from its begin, or a resume.
struct run_session {
    boost::json::object begun;  ///< The line `run`, or `resume`.
    boost::json::object ended;  ///< The line `end`; empty where it was cut short.
    bool goes_on = false;       ///< It has not ended yet: a program writes its report.
    utc_time begin;
    std::uint32_t last_ms = 0;  ///< The last time that a line of it tells.
};

class record {
public:
    using number = task_table::number;

    std::vector<run_session> sessions;  ///< At least one, in a record that was read.
    task_table tasks;                   ///< In the order of the plan.
    bool confirm = false;               ///< Only a task that was read as stopped counts as stopped.

    bad_lines damage;         ///< Lines of its report that are broken.
    std::size_t missing = 0;  ///< Tasks that are not known for that.

    /// The line `run`.
    boost::json::object const& run() const { return sessions.front().begun; }

    /// Tasks that a line of its report plans: their numbers there, and where they begin here. Where lines were broken
    /// the two are not the same. Empty: they are.
    struct planned_tasks {
        std::int64_t first, last;
        std::size_t from;
    };
    std::vector<planned_tasks> planned;
    /// The number of a task in its report, from 1.
    std::int64_t report_number(number n) const;

    /// Adds a task; the one that is there already where it was added before.
    number add(selected_task const& task);
    std::size_t size() const noexcept { return states_.size(); }
    task_state const& state(number n) const { return states_[n]; }
    record_entry entry(number n) const;

    /// Nobody can say whether it was stopped.
    bool unknown(number n) const noexcept;
    /// It is stopped, as far as this run wanted to know.
    bool done(number n) const noexcept;
    /// The service took its stop, or it did not run, but it was not read as stopped, which was wanted.
    bool unconfirmed(number n) const noexcept;
    /// What became of it: its outcome, `unknown`, or `not attempted`.
    std::string_view word(number n) const noexcept;
    /// Every task is done, and known.
    bool all_done() const noexcept;

    /// Leaves out what is not wanted; what became of the others stays.
    void keep_only(std::function<bool(selected_task const&)> const& wanted);

    void sent(number n) { states_[n].sent = true; }
    /// Takes the line `result` of a task.
    void take(number n, boost::json::object const& result);
    /// Where a line was lost that may have been any task's: what has no result may have been sent.
    void doubt_all();

    std::string_view code(number n) const { return failures_[states_[n].failure].code; }
    std::string_view condition(number n) const { return failures_[states_[n].failure].condition; }
    std::string_view message(number n) const { return messages_[states_[n].failure]; }
    /// When it ended, by the clock of its session.
    utc_time ended_at(number n) const;

private:
    struct failure_hash {
        std::size_t operator()(failure_kind const& f) const { return hash_mixer().add(f.code).add(f.condition).hash(); }
    };

    std::deque<task_state> states_;
    interned<failure_kind, failure_hash> failures_;
    std::deque<std::string> messages_;  // by number of the failure
};

}  // namespace oms_stop

#endif
