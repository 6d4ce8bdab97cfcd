// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_LEDGER_ACCOUNT_HPP
#define OMS_TEST_LEDGER_ACCOUNT_HPP

// What the caller was told, call by call, and what the wire saw of their requests.

#include "ledger/audit.hpp"

#include <oms/task.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace oms::ledger_test {

/// By the number of the call. Thread safe, as each call's own events come one after the other.
class account {
public:
    explicit account(std::size_t calls) : told_(calls) {}

    /// @return whether it is the call's first completion.
    bool complete(std::size_t number, error_code code, stop_result const& result) {
        told& entry = told_[number];
        if (std::atomic_ref(entry.completions).fetch_add(1) != 0) return false;
        entry.code = code;
        entry.outcome = result.outcome;
        entry.http_status = result.http_status;
        entry.attempts = result.attempts;
        entry.request_id = result.request_id;
        return true;
    }
    /// Before it is done.
    void note(std::size_t number, interference what) { told_[number].note(what); }

    std::vector<told> const& all() const noexcept { return told_; }

    /// Makes it a wrong account of four calls that stopped their tasks at their first try: one is lost, one completed
    /// twice, one refused, and one names the reply of another. There have to be so many.
    void falsify() {
        std::vector<told*> stopped;
        for (told& each : told_)
            if (each.outcome == outcome::stopped && each.attempts == 1) stopped.push_back(&each);
        stopped.at(3)->request_id = stopped[0]->request_id;
        stopped[2]->outcome = outcome::refused;
        stopped[2]->code = error_code(403, http_category());
        stopped[1]->completions = 2;
        *stopped[0] = told();
    }

private:
    std::vector<told> told_;
};

/// Tells whose request is on the wire from its length: a call in flight has padding of its own length, which no other
/// has until many others have begun after its end.
class wire_watch {
public:
    static constexpr std::size_t paddings = 2048;  ///< Far more than calls are in flight.

    explicit wire_watch(std::size_t calls) : begun_(calls), users_(paddings + 1) {
        for (std::size_t i = 1; i <= paddings; ++i)
            free_.push_back(i);
    }

    /// For requests that are not watched: longer than any of these.
    static constexpr std::size_t long_padding = paddings + 256;

    /// @return so many characters are the call's padding.
    std::size_t begin(std::size_t number) {
        std::lock_guard const lock(mutex_);
        std::size_t const padding = free_.front();
        free_.pop_front();
        users_[padding] = number + 1;
        return padding;
    }
    void end(std::size_t padding) {
        std::lock_guard const lock(mutex_);
        free_.push_back(padding);
    }

    /// The first of all tells what is there beside the padding, of which it has one character.
    void on_request(std::size_t length) {
        std::size_t unset = 0;
        bare_.compare_exchange_strong(unset, length - 1);
        std::size_t const padding = length - bare_;
        if (length <= bare_ || padding > paddings) return;
        if (std::size_t const user = users_[padding]) ++begun_[user - 1];
    }

    std::size_t begun(std::size_t number) const noexcept { return begun_[number]; }

private:
    std::atomic<std::size_t> bare_ = 0;
    std::vector<std::atomic<std::uint8_t>> begun_;
    std::vector<std::atomic<std::size_t>> users_;  // the last one's number and one, by padding
    std::mutex mutex_;
    std::deque<std::size_t> free_;  // the one that has been so the longest first
};

}  // namespace oms::ledger_test

#endif
