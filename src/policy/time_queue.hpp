// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_TIME_QUEUE_HPP
#define OMS_POLICY_TIME_QUEUE_HPP

/// @file
/// Everything that waits for a time, in one heap, so that a client needs one
/// timer. An entry is a member or a base of what waits, and has its place in the
/// heap's array from the beginning to the end: no wait ever needs memory.
///
/// Nearly all times are moved on before they come: whoever waits for a later
/// one keeps its place, and is looked at again when that place's time comes.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace oms::policy {

using time_point = std::chrono::steady_clock::time_point;

/// A time from `t` on; an unlimited one is a time that never comes.
constexpr time_point later(time_point t, std::chrono::steady_clock::duration d) noexcept {
    return d > time_point::max() - t ? time_point::max() : t + d;
}

struct timed {
    enum class kind : std::uint8_t { call, connection, dial, endpoint, lane, questions, drain, bulk, task, again };

    explicit timed(kind k) noexcept : what(k) {}
    timed(timed const&) = delete;
    timed& operator=(timed const&) = delete;

    bool waiting() const noexcept { return at != nowhere && when != time_point::max(); }

    static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();
    time_point when{};
    std::uint32_t at = nowhere;  // place in the heap, whose time may be an earlier one
    kind const what;
};

class time_queue {
public:
    /// Nobody waits, nor has lately.
    bool empty() const noexcept { return heap_.empty() || next() == time_point::max(); }
    /// When to `pop`: nobody waits for an earlier time.
    time_point next() const noexcept { return heap_.front().when; }

    /// Room for so many more, so that no `admit` of theirs can fail.
    /// @throws std::bad_alloc
    void reserve(std::size_t more = 1) {
        std::size_t const wanted = heap_.size() + more;
        if (wanted > heap_.capacity()) heap_.reserve(std::max({std::size_t{16}, 2 * heap_.size(), wanted}));
    }
    /// Gives it a place; `remove` it before it is destroyed. It waits for nothing yet.
    /// @throws std::bad_alloc  Not after `reserve`.
    void admit(timed& t) {
        heap_.push_back({time_point::max(), &t});
        t.at = static_cast<std::uint32_t>(heap_.size() - 1);
        t.when = time_point::max();
    }

    /// Makes `t`, which was admitted, wait until `when`, wherever it waited before. A time that never comes is no wait.
    void set(timed& t, time_point when) noexcept {
        if (when == time_point::max()) return end(t);
        t.when = when;
        if (when >= heap_[t.at].when) return;
        heap_[t.at].when = when;
        rise(t.at);
    }

    /// Ends the wait of what is likely to wait again soon: at no cost, but `next` may still be its time.
    void rest(timed& t) noexcept { t.when = time_point::max(); }

    /// Ends the wait.
    void end(timed& t) noexcept {
        t.when = heap_[t.at].when = time_point::max();
        sink(t.at);
    }

    /// Ends the wait, and gives up the place.
    void remove(timed& t) noexcept {
        if (t.at == timed::nowhere) return;
        std::size_t const hole = t.at;
        t.at = timed::nowhere;
        t.when = time_point::max();
        entry const last = heap_.back();
        heap_.pop_back();
        if (last.of == &t) return;
        place(hole, last);
        sink(rise(hole));
    }

    /// Ends the wait of the first whose time has come, in the order of their times; null: none.
    timed* pop(time_point now) noexcept {
        while (!heap_.empty() && next() <= now) {
            timed& first = *heap_.front().of;
            bool const moved = first.when > next();
            if (!moved) first.when = time_point::max();
            heap_.front().when = first.when;
            sink(0);
            if (!moved) return &first;
        }
        return nullptr;
    }

private:
    static constexpr std::size_t arity = 4;  // flatter than two: most entries are set late and removed early

    // With its time, so that comparing looks at none of those that wait: they are far apart.
    struct entry {
        time_point when;
        timed* of;
    };

    void place(std::size_t i, entry const& e) noexcept {
        heap_[i] = e;
        e.of->at = static_cast<std::uint32_t>(i);
    }

    std::size_t rise(std::size_t i) noexcept {
        entry const e = heap_[i];
        std::size_t const from = i;
        while (i > 0) {
            std::size_t const parent = (i - 1) / arity;
            if (heap_[parent].when <= e.when) break;
            place(i, heap_[parent]);
            i = parent;
        }
        if (i != from) place(i, e);
        return i;
    }

    void sink(std::size_t i) noexcept {
        entry const e = heap_[i];
        std::size_t const from = i;
        for (;;) {
            std::size_t const first = i * arity + 1;
            std::size_t least = i;
            time_point least_when = e.when;
            for (std::size_t c = first; c < first + arity && c < heap_.size(); ++c) {
                if (heap_[c].when < least_when) {
                    least = c;
                    least_when = heap_[c].when;
                }
            }
            if (least == i) break;
            place(i, heap_[least]);
            i = least;
        }
        if (i != from) place(i, e);
    }

    std::vector<entry> heap_;
};

}  // namespace oms::policy

#endif
