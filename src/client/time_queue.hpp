// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_TIME_QUEUE_HPP
#define OMS_CLIENT_TIME_QUEUE_HPP

// Everything that waits for a time, in one heap, so that a client needs one
// timer. An entry is a member or a base of what waits; nothing is allocated
// for it beyond the heap's own array.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace oms::detail {

using time_point = std::chrono::steady_clock::time_point;

/// A time from `t` on; an unlimited one is a time that never comes.
constexpr time_point later(time_point t, std::chrono::steady_clock::duration d) noexcept {
    return d > time_point::max() - t ? time_point::max() : t + d;
}

struct timed {
    enum class kind : std::uint8_t { call, connection, dial, endpoint, project, drain, bulk };

    explicit timed(kind k) noexcept : what(k) {}
    timed(timed const&) = delete;
    timed& operator=(timed const&) = delete;

    bool waiting() const noexcept { return at != nowhere; }

    static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();
    time_point when{};
    std::uint32_t at = nowhere;  // place in the heap
    kind const what;
};

class time_queue {
public:
    bool empty() const noexcept { return heap_.empty(); }
    time_point next() const noexcept { return heap_.front()->when; }

    /// Makes `t` wait until `when`, wherever it waited before. A time that never comes is no wait.
    void set(timed& t, time_point when) {
        if (when == time_point::max()) return remove(t);
        if (!t.waiting()) {
            heap_.push_back(&t);
            t.at = static_cast<std::uint32_t>(heap_.size() - 1);
        }
        t.when = when;
        sink(rise(t.at));
    }

    void remove(timed& t) noexcept {
        if (!t.waiting()) return;
        std::size_t const hole = t.at;
        t.at = timed::nowhere;
        timed* const last = heap_.back();
        heap_.pop_back();
        if (last == &t) return;
        place(hole, last);
        sink(rise(hole));
    }

    /// Takes out the first whose time has come; null: none.
    timed* pop(time_point now) noexcept {
        if (heap_.empty() || heap_.front()->when > now) return nullptr;
        timed* const first = heap_.front();
        remove(*first);
        return first;
    }

private:
    static constexpr std::size_t arity = 4;  // flatter than two: most entries are set late and removed early

    void place(std::size_t i, timed* t) noexcept {
        heap_[i] = t;
        t->at = static_cast<std::uint32_t>(i);
    }

    std::size_t rise(std::size_t i) noexcept {
        timed* const t = heap_[i];
        while (i > 0) {
            std::size_t const parent = (i - 1) / arity;
            if (heap_[parent]->when <= t->when) break;
            place(i, heap_[parent]);
            i = parent;
        }
        place(i, t);
        return i;
    }

    void sink(std::size_t i) noexcept {
        timed* const t = heap_[i];
        for (;;) {
            std::size_t const first = i * arity + 1;
            std::size_t least = i;
            time_point least_when = t->when;
            for (std::size_t c = first; c < first + arity && c < heap_.size(); ++c) {
                if (heap_[c]->when < least_when) {
                    least = c;
                    least_when = heap_[c]->when;
                }
            }
            if (least == i) break;
            place(i, heap_[least]);
            i = least;
        }
        place(i, t);
    }

    std::vector<timed*> heap_;
};

}  // namespace oms::detail

#endif
