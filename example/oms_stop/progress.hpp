// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_PROGRESS_HPP
#define OMS_STOP_PROGRESS_HPP

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>

namespace oms_stop {

/// How far something is that goes on.
struct progress {
    std::string doing;  ///< For example `reading`; empty: stopping.
    std::size_t done = 0, total = 0;
    std::size_t in_flight = 0, failed = 0;
    double rate = 0;        ///< Ends a second, lately.
    std::string waits_for;  ///< Why it waits; empty where it does not.
};

/// One line about it, no wider than a terminal: what matters most stays where there is little room. A bar fills what
/// is left.
/// @param columns  0: as wide as it comes, without a bar.
std::string progress_line(progress const& p, std::size_t columns);

/// Ends a second, of the last half minute.
class moving_rate {
public:
    using time_point = std::chrono::steady_clock::time_point;

    void add(time_point now, std::size_t done);
    double value() const;

private:
    struct sample {
        time_point at;
        std::size_t done;
    };
    std::deque<sample> samples_;
};

}  // namespace oms_stop

#endif
