// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_PROGRESS_HPP
#define OMS_STOP_PROGRESS_HPP

#include <oms/bulk.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace oms_stop {

/// One line about a run that goes on: how far it is, its rate, the time left, and why it waits.
/// @param total  All tasks of the run.
/// @param bar    Whether it begins with a bar.
std::string progress_line(oms::bulk_progress const& p, std::size_t total, std::string const& waits_for, bool bar);

/// Cuts a line to what a terminal shows in one; its bar goes first.
std::string fitted_line(std::string with_bar, std::string without, std::size_t columns);

/// Shows progress on standard error: a bar that is drawn over and over on a terminal, else a line every few seconds.
class progress_meter {
public:
    progress_meter(std::size_t total, bool quiet);
    void show(oms::bulk_progress const& p, std::string const& waits_for);
    /// Prints a line of its own; a bar makes room for it.
    void say(std::string const& line);
    /// Draws the last bar, where there was one before.
    void end(oms::bulk_progress const& p);

private:
    void draw(oms::bulk_progress const& p, std::string const& waits_for);

    std::size_t const total_;
    bool const quiet_;
    bool const terminal_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point told_ = std::chrono::steady_clock::now();
};

}  // namespace oms_stop

#endif
