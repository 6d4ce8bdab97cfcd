// SPDX-License-Identifier: BSL-1.0
#include "call/reply_meaning.hpp"

#include "call/task_state.hpp"

#include <algorithm>

namespace oms::call {

namespace {

constexpr int invalid_task_id = 54;

bool stops(operation const& what) noexcept {
    return what.already == outcome::already_stopped;
}

bool says_already(operation const& what, std::string_view word, std::span<std::string const> configured) noexcept {
    auto const same = [word](auto const& each) { return each == word; };
    return std::any_of(what.already_codes.begin(), what.already_codes.end(), same) ||
           (what.configured_codes && std::any_of(configured.begin(), configured.end(), same));
}

// What is not taken for "not running" must not look like it where the task may run yet.
error_code refusal_code(operation const& what, unsigned status, error_code const& code) noexcept {
    if (!stops(what) || code != condition::not_running) return code;
    if (!speaks_of_task(status)) return {static_cast<int>(status), http_category()};
    return what.confirmed_by == confirmation::reply ? code : errc::not_confirmed_stopped;
}

}  // namespace

reply_says meaning_of(operation const& what, unsigned status, error_code const& code, std::string_view word,
                      std::span<std::string const> configured) noexcept {
    if (!code) return {meaning::done, {}};
    if (!what.acts()) return {meaning::failed, code};
    bool const speaks = speaks_of_task(status);
    if (speaks && says_already(what, word, configured)) {
        bool const own = !stops(what) || code == condition::not_running;
        return {meaning::already, own ? code : errc::not_running};
    }
    bool const no_such_task = code == condition::not_found || code == error_code(invalid_task_id, service_category());
    return {speaks && no_such_task ? meaning::about_task : meaning::failed, refusal_code(what, status, code)};
}

meaning meaning_of_show(operation const& what, task_kind kind, std::string_view status) noexcept {
    task_state const read = state_of(kind, status);
    if (stops(what) ? is_stop(read) : read == task_state::running) return meaning::shown_so;
    return read == task_state::ended ? meaning::shown_ended : meaning::shown_other;
}

}  // namespace oms::call
