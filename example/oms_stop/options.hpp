// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_OPTIONS_HPP
#define OMS_STOP_OPTIONS_HPP

#include <oms/bulk.hpp>
#include <oms/config.hpp>
#include <oms/task.hpp>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace oms_stop {

/// What the command line asks for.
struct options {
    // Which tasks.
    std::vector<std::string> tasks;
    std::string from;
    std::vector<std::string> projects;
    std::string projects_from;
    bool all_running = false;
    oms::task_kind kind = oms::task_kind::sync_task;
    bool skip_invalid = false;
    bool allow_empty = false;
    std::vector<std::string> where;

    // As whom, and where.
    std::string accounts;
    std::string token_file;
    std::string region;
    std::vector<std::string> endpoints;  ///< `[REGION=]URL`.
    std::string ca_file;
    std::string proxy;
    std::string keys;  ///< Of `oms-stop start`.
    bool include_unsure = false;

    // How.
    std::size_t concurrency = 64;
    std::size_t per_project = 5;
    double rate = oms::unlimited;
    oms::duration timeout = std::chrono::seconds(90);
    std::optional<oms::duration> deadline;
    oms::failure_limit max_failures;
    bool halt_now = false;
    std::vector<std::size_t> waves;  ///< Tasks of each; empty: one of all.
    std::optional<oms::duration> wave_pause;
    bool accept_changes = false;
    std::optional<std::size_t> max_stops;
    bool confirm = false;
    oms::duration confirm_for = std::chrono::minutes(1);
    oms::duration outage = std::chrono::minutes(5);
    bool already_stopped_fails = false;
    bool dry_run = false;
    bool yes = false;
    std::string reason;

    // What is written.
    std::string report;
    std::string resume;
    bool recheck = false;
    bool json = false;
    bool table = false;
    bool quiet = false;
    bool verbose = false;
    std::string log_file;

    // In place of all that.
    bool version = false;
    bool manual = false;
    std::string completion;   ///< A shell's name.
    std::string show_report;  ///< `oms-stop report FILE`.
    bool start = false;       ///< `oms-stop start`.
    std::string html;         ///< Where its page is written; empty: its text is printed.
    std::vector<std::string> only;
    std::string format;
};

/// Not an error: a text that was asked for.
class help_wanted : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads a command line, without the program's name.
/// @param base  What is not given keeps its value from here.
/// @throws usage_error, help_wanted
options parse_options(std::vector<std::string> arguments, options base = options());

/// Whether the options fit each other.
/// @throws usage_error
void check_options(options const& o);

/// The same of `oms-stop report`, and of `oms-stop start`.
/// @throws usage_error
void check_report_options(options const& o);
void check_start_options(options const& o);

/// What the environment says of places, where the command line says nothing of it: `OMS_REGION`, `OMS_ENDPOINT` and the
/// endpoints of other regions, as `oms::client_config::from_environment` reads them.
/// @throws usage_error  names the variable that is wrong
void take_environment(options& o);

/// How a refusal begins: `nothing was stopped`, or started.
char const* nothing_done(options const& o) noexcept;

/// Takes the only place that the command line names for the one that it means.
void settle_only_region(options& o);

/// Finds the region of the tasks that name none, where the options do not: that of the only endpoint, or, where all
/// tasks name theirs, any.
/// @param regions  Those of the tasks.
/// @throws usage_error  there is a task that names none, and no way to know.
void settle_region(options& o, std::vector<std::string> const& regions);

/// The address of the service in a region, as the options say it, or by the region's name.
std::string endpoint_url(options const& o, std::string const& region);
/// `host:port` of an address.
std::string host_of_url(std::string_view url);

/// Makes the names of files absolute, as seen from a directory.
void resolve_files(options& o, std::string const& directory);

/// For example `90`, `90s`, `500ms`, `5m`, `2h`; above 0.
std::optional<oms::duration> parse_duration(std::string_view text) noexcept;

/// For example `10,100,rest`: the sizes of waves; the last one is all others, also where `rest` is not said.
std::optional<std::vector<std::size_t>> parse_waves(std::string_view text);

/// `12`, or a share of those that have ended, `2.5%`.
std::optional<oms::failure_limit> parse_failure_limit(std::string_view text) noexcept;

}  // namespace oms_stop

#endif
