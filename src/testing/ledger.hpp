// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_LEDGER_HPP
#define OMS_TESTING_LEDGER_HPP

// What was asked and what was answered. A part for each thread, so that
// recording takes an uncontended lock and, most of the time, no allocation.

#include <oms/testing/simulator.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oms::testing {

// One request, as small as it can be kept. What follows from the target is
// worked out again when somebody asks.
struct ledger_record {
    std::uint64_t number = 0;  // in the order of all requests; makes the request id
    std::size_t connection = 0;
    std::chrono::steady_clock::time_point time;
    unsigned region = 0;  // those beyond the regions: IAM, the metadata service
    unsigned status = 0;
    unsigned attempt = 0;
    bool took_effect = false;
    bool reply_sent = false;
};

// The part of one thread.
class ledger_part {
public:
    static constexpr std::size_t not_kept = static_cast<std::size_t>(-1);

    /// Where it was put, for `set_sent`.
    std::size_t add(ledger_record const& record, std::string_view method, std::string_view target, bool keep);
    void set_sent(std::size_t index, bool sent);

    std::size_t requests() const;
    void add_statuses(std::map<unsigned, std::size_t>& sum) const;
    void copy_to(std::vector<std::pair<ledger_record, std::string>>& out) const;

private:
    struct stored {
        ledger_record record;
        std::size_t text_begin = 0;
        std::size_t text_size = 0;
    };

    mutable std::mutex mutex_;
    std::size_t requests_ = 0;
    std::map<unsigned, std::size_t> statuses_;
    std::deque<stored> records_;
    std::string texts_;  // "METHOD target", one after the other
};

// Counters that all threads share; seldom written.
struct connection_counters {
    std::atomic<std::size_t> accepted = 0, open = 0, handshakes = 0, resumed = 0;
};

class ledger_book {
public:
    ledger_book(unsigned parts, std::vector<std::string> regions);

    ledger_part& part(unsigned index) { return parts_[index]; }
    std::uint64_t next_number() noexcept { return next_number_.fetch_add(1, std::memory_order_relaxed); }
    connection_counters& connections() noexcept { return connections_; }
    connection_counters const& connections() const noexcept { return connections_; }

    std::vector<ledger_entry> entries() const;
    std::map<unsigned, std::size_t> statuses() const;
    std::size_t requests() const;

private:
    std::deque<ledger_part> parts_;
    std::vector<std::string> regions_;
    std::atomic<std::uint64_t> next_number_ = 1;
    connection_counters connections_;
};

}  // namespace oms::testing

#endif
