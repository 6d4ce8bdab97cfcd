// SPDX-License-Identifier: BSL-1.0
#include "record.hpp"

#include "json_task.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <ranges>
#include <utility>

namespace oms_stop {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 9> words{"",         "stopped", "already_stopped", "refused",        "unknown",
                                                "not_sent", "changed", "started",         "already_started"};

std::uint8_t number_of_word(std::string_view word) {
    auto const* const found = std::ranges::find(words, word);
    return found == words.end() ? std::uint8_t{0} : static_cast<std::uint8_t>(found - words.begin());
}

bool is_done(std::string_view word) {
    return word == "stopped" || word == "already_stopped" || word == "started" || word == "already_started";
}

std::uint32_t ms_of(json::object const& line, std::string_view name) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(number_of(line, name), 0, UINT32_MAX));
}

}  // namespace

std::int64_t record::report_number(number n) const {
    if (planned.empty()) return std::int64_t{n} + 1;
    auto const after = std::ranges::upper_bound(planned, std::size_t{n}, {}, &planned_tasks::from);
    planned_tasks const& line = *std::prev(after);
    return line.first + static_cast<std::int64_t>(n - line.from);
}

record::number record::add(selected_task const& task) {
    auto const [at, fresh] = tasks.add(task);
    if (fresh) states_.emplace_back();
    return at;
}

record_entry record::entry(number n) const {
    task_state const& s = states_[n];
    record_entry result{tasks[n], s, words[s.outcome], {}, {}, {}};
    if (s.ended && !s.succeeded) {
        result.code = code(n);
        result.condition = condition(n);
        result.message = message(n);
    }
    return result;
}

bool record::unknown(number n) const noexcept {
    return states_[n].sent || words[states_[n].outcome] == "unknown";
}

bool record::unconfirmed(number n) const noexcept {
    task_state const& s = states_[n];
    return confirm && s.succeeded && !s.sent && !s.read_stopped;
}

bool record::done(number n) const noexcept {
    return states_[n].succeeded && !states_[n].sent && !unconfirmed(n);
}

std::string_view record::word(number n) const noexcept {
    task_state const& s = states_[n];
    if (s.sent) return "unknown";
    if (!s.ended) return "not attempted";
    return words[s.outcome];
}

bool record::all_done() const noexcept {
    auto const all = std::views::iota(number{0}, static_cast<number>(size()));
    return missing == 0 && std::ranges::all_of(all, [&](number n) { return done(n); });
}

void record::take(number n, json::object const& result) {
    task_state& s = states_[n];
    s = {};
    s.ended = true;
    s.outcome = number_of_word(text_of(result, "outcome"));
    std::string_view const code = text_of(result, "code");
    s.succeeded = code.empty() && is_done(words[s.outcome]);
    s.session = static_cast<std::uint16_t>(sessions.empty() ? 0 : sessions.size() - 1);
    s.timed = result.contains("ms");
    s.ended_ms = ms_of(result, "ms");
    s.took_ms = std::min(ms_of(result, "took"), s.ended_ms);
    s.read = result.contains("read");
    s.read_stopped = is_set(result, "read_stopped");
    s.unsure = is_set(result, "unsure");
    if (!sessions.empty()) sessions.back().last_ms = std::max(sessions.back().last_ms, s.ended_ms);
    if (s.succeeded) return;
    s.failure = failures_.number_of({std::string(code), std::string(text_of(result, "condition"))});
    if (s.failure == messages_.size()) messages_.emplace_back(text_of(result, "message"));
}

void record::keep_only(std::function<bool(selected_task const&)> const& wanted) {
    task_table kept;
    std::deque<task_state> states;
    for (number n = 0; n < size(); ++n) {
        selected_task const task = tasks[n];
        if (!wanted(task)) continue;
        kept.add(task);
        states.push_back(states_[n]);
    }
    tasks = std::move(kept);
    states_ = std::move(states);
}

void record::doubt_all() {
    for (task_state& s : states_)
        s.sent = s.sent || !s.ended;
}

utc_time record::ended_at(number n) const {
    return sessions[states_[n].session].begin + milliseconds(states_[n].ended_ms);
}

}  // namespace oms_stop
