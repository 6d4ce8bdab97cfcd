// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_RUN_END_HPP
#define OMS_STOP_RUN_END_HPP

#include "console.hpp"
#include "exit_code.hpp"
#include "journal.hpp"
#include "options.hpp"
#include "output.hpp"
#include "record.hpp"
#include "stop_run.hpp"

namespace oms_stop {

/// How a run went, by its record.
run_verdict verdict_of(stop_run const& run, service const& s, record const& r);

/// Where the end of a run is told.
struct told_to {
    options const& o;
    console& say;
    output& out;
    journal& report;
    std::string const& report_file;  ///< Empty: there is none.
};

/// When and why it ended.
struct run_ending {
    milliseconds at{};  ///< Since the session's begin.
    std::string early;  ///< Why no more was begun; empty where all was.
};

/// Writes the line `end`, prints what became of the tasks, and says how to go on.
ending finish(told_to const& to, record const& r, run_ending const& how, run_verdict verdict);

}  // namespace oms_stop

#endif
