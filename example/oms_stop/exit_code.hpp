// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_EXIT_CODE_HPP
#define OMS_STOP_EXIT_CODE_HPP

namespace oms_stop {

/// What the program ends with.
enum class exit_code : int {
    all_stopped = 0,          ///< Every selected task is stopped.
    not_all_stopped = 1,      ///< Some are not, or are not known to be.
    usage = 2,                ///< The command line or its input is wrong.
    credentials_refused = 3,  ///< Every credential was refused.
    interrupted = 4,          ///< Interrupted, or out of time.
    refused_to_start = 5,     ///< Nothing was stopped: the limit, no consent, or the preflight.
    report_not_written = 6,   ///< The report is not complete.
};

/// How a run went.
struct run_verdict {
    bool report_lost = false;
    bool interrupted = false;
    bool credentials_refused = false;
    bool all_stopped = true;

    /// The first of 6, 4, 3 and 1 that applies.
    exit_code status() const noexcept {
        if (report_lost) return exit_code::report_not_written;
        if (interrupted) return exit_code::interrupted;
        if (credentials_refused) return exit_code::credentials_refused;
        return all_stopped ? exit_code::all_stopped : exit_code::not_all_stopped;
    }
};

}  // namespace oms_stop

#endif
