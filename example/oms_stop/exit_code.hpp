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
    not_written = 6,          ///< The report, or standard output, is not complete.
};

/// How the program ends.
struct ending {
    exit_code status;
    int signal = 0;  ///< With `interrupted`: by this one; 0: by none.

    // NOLINTNEXTLINE(google-explicit-constructor)
    ending(exit_code with, int by = 0) noexcept : status(with), signal(by) {}
};

/// How a run went.
struct run_verdict {
    bool report_lost = false;
    bool interrupted = false;  ///< Something was left when a signal came, or the time was over.
    int signal = 0;            ///< The first, where it was one.
    bool credentials_refused = false;
    bool all_stopped = true;

    /// The first of 6, 4, 3 and 1 that applies.
    ending end() const noexcept {
        if (report_lost) return exit_code::not_written;
        if (interrupted) return {exit_code::interrupted, signal};
        if (credentials_refused) return exit_code::credentials_refused;
        return all_stopped ? exit_code::all_stopped : exit_code::not_all_stopped;
    }
};

}  // namespace oms_stop

#endif
