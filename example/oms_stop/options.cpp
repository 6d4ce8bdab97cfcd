// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include "failure.hpp"
#include "option_table.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <utility>

namespace oms_stop {

namespace {

// Breaks a sentence into lines of so many characters at most; all but the first are indented.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent = 0) {
    std::string result;
    while (text.size() > width) {
        std::size_t const space = text.rfind(' ', width);
        if (space == std::string_view::npos || space == 0) break;
        result.append(text.substr(0, space)).append("\n").append(indent, ' ');
        text.remove_prefix(space + 1);
    }
    return result.append(text);
}

constexpr std::size_t help_column = 26, help_width = 54;  // an 80 columns' terminal

// Binds the rows of a table to the options that they set.
class binder {
public:
    explicit binder(options& to) : to_(to) {}

    void bind(CLI::App& app, std::span<option_row const> rows) {
        for (option_row const& row : rows)
            std::visit([&](auto target) { bind(app, row, target)->group(row.group); }, row.target);
    }

private:
    CLI::Option* bind(CLI::App& app, option_row const& row, bool options::*target) {
        return app.add_flag(row.names(), to_.*target, wrapped(row.help, help_width));
    }
    CLI::Option* bind(CLI::App& app, option_row const& row, std::string options::*target) {
        return finish(app.add_option(row.names(), to_.*target, wrapped(row.help, help_width)), row);
    }
    CLI::Option* bind(CLI::App& app, option_row const& row, std::vector<std::string> options::*target) {
        // One value each, so that it takes no task that follows.
        return finish(app.add_option(row.names(), to_.*target, wrapped(row.help, help_width))->allow_extra_args(false),
                      row);
    }
    CLI::Option* bind(CLI::App& app, option_row const& row, value_reader target) {
        auto read = [this, target, &row](std::string const& text) {
            if (!target(to_, text)) throw CLI::ValidationError(row.name, "cannot be \"" + text + "\"");
        };
        return finish(app.add_option_function<std::string>(row.names(), read, wrapped(row.help, help_width)), row);
    }
    static CLI::Option* finish(CLI::Option* option, option_row const& row) {
        if (row.takes_file()) {
            // What a shell's empty variable makes of it would mean another thing.
            option->check([&row](std::string const& file) -> std::string {
                if (file.empty()) return "cannot be empty: it is the name of a file";
                return file == "-" && !row.takes_stream() ? "cannot be -: it is the name of a file" : "";
            });
        }
        return option->type_name(row.value);
    }

    options& to_;
};

std::string footer() {
    std::string text = "Signals:\n";
    for (signal_row const& row : signal_rows())
        text += "  " + std::string(row.names) + "\n     " + wrapped(row.meaning, 74, 5) + "\n";
    text += "\nExit status:\n";
    for (exit_row const& row : exit_rows())
        text += "  " + std::to_string(row.status) + "  " + wrapped(row.meaning, 74, 5) + "\n";
    return text;
}

bool names_region(std::string const& endpoint) {
    return endpoint.find('=') != std::string::npos;
}

std::string region_of(std::string const& endpoint) {
    return endpoint.substr(0, endpoint.find('='));
}

// Whether one of the endpoints is that of a region; an empty one: the own region's, by no name.
bool has_endpoint(options const& o, std::string const& region) {
    return std::ranges::any_of(o.endpoints, [&](std::string const& each) {
        return names_region(each) ? !region.empty() && region_of(each) == region : region.empty();
    });
}

bool has_password(std::string const& url) {
    return url.find('@') != std::string::npos;
}

}  // namespace

options parse_options(std::vector<std::string> arguments, options base) {
    options result = std::move(base);
    binder b(result);
    CLI::App app("Stops tasks of the Object Storage Migration Service, and accounts for each.", "oms-stop");
    app.footer(footer());
    app.get_formatter()->column_width(help_column);
    app.add_option("TASK", result.tasks, "Tasks, written [region/]project/task.")->type_name("");
    b.bind(app, stop_options());
    auto* const report = app.add_subcommand(
        "report", "Tells what a report says. Ends with 0 where all of its tasks are stopped, else with 1.");
    report->add_option("FILE", result.show_report, "The report of a run.")->required()->type_name("");
    b.bind(*report, report_options());
    auto* const start = app.add_subcommand("start", "Starts again what a report says it stopped.");
    b.bind(*start, start_options());

    std::ranges::reverse(arguments);  // as CLI11 takes them
    try {
        app.parse(std::move(arguments));
    } catch (CLI::CallForHelp const&) {
        for (auto const* const each : {report, start}) {
            if (each->parsed()) throw help_wanted(each->help("oms-stop"));
        }
        throw help_wanted(app.help());
    } catch (CLI::ParseError const& e) {
        throw usage_error(std::string(e.what()) + "; see --help");
    }
    result.start = start->parsed();
    return result;
}

void check_options(options const& o) {
    auto const refuse = [](bool wrong, char const* sentence) {
        if (wrong) throw usage_error(sentence);
    };
    bool const selects = !o.tasks.empty() || !o.from.empty();
    bool const names_projects = !o.projects.empty() || !o.projects_from.empty();
    refuse(o.json && o.table, "--json and --table exclude each other");
    refuse(o.quiet && o.verbose, "--quiet and --verbose exclude each other");
    refuse(o.recheck && o.resume.empty(), "--recheck goes with --resume");
    refuse(has_password(o.proxy), "no password belongs on the command line: name the proxy by HTTPS_PROXY instead");
    if (!o.resume.empty()) {
        refuse(selects || names_projects || o.all_running || o.dry_run || !o.report.empty(),
               "--resume takes its tasks from the report, and writes to it");
        return;
    }
    refuse(o.all_running && selects, "--all-running finds the tasks itself; name tasks, or let it find them");
    refuse(!o.all_running && !selects && names_projects, "projects alone select nothing: name tasks, or --all-running");
    refuse(!o.all_running && !selects, "no tasks: name some, or --from FILE, or --all-running; see --help");
    refuse(o.all_running && !names_projects && o.accounts.empty() && o.token_file.empty(),
           "--all-running needs projects: --project, --projects-from, or those of --accounts or --token-file");
    refuse(o.dry_run && !o.report.empty(), "--dry-run stops nothing, so there is nothing to report");
    constexpr std::size_t very_many = 1'000'000'000;
    refuse(o.halt_now && !o.max_failures.exceeded(very_many, very_many), "--halt goes with --max-failures");
    refuse(o.wave_pause && o.waves.empty(), "--wave-pause goes with --waves");
    refuse(o.from == "-" && o.projects_from == "-", "only one of --from and --projects-from can be standard input");
}

void check_report_options(options const& o) {
    bool const lists = !o.format.empty() || !o.only.empty();
    if (lists && !o.html.empty()) throw usage_error("--html is the whole report: --only and --format list tasks of it");
}

void check_start_options(options const& o) {
    if (o.from.empty()) throw usage_error("start needs --from REPORT: what to start again is what that report stopped");
    if (has_password(o.proxy)) {
        throw usage_error("no password belongs on the command line: name the proxy by HTTPS_PROXY instead");
    }
}

void take_environment(options& o) {
    oms::client_config told;
    try {
        told = oms::client_config::from_environment();
    } catch (oms::config_error const& e) {
        throw usage_error(e.what());
    }
    settle_only_region(o);
    bool const elsewhere = !o.region.empty() && !told.region.empty() && o.region != told.region;
    if (o.region.empty()) o.region = told.region;
    bool const placed = has_endpoint(o, {}) || has_endpoint(o, o.region);
    for (auto const& [region, url] : told.endpoints) {
        if (!has_endpoint(o, region)) o.endpoints.push_back(region + "=" + url);
    }
    if (!placed && !elsewhere && !told.endpoint.empty()) o.endpoints.push_back(told.endpoint);
}

void settle_only_region(options& o) {
    if (o.region.empty() && o.endpoints.size() == 1 && names_region(o.endpoints.front())) {
        o.region = region_of(o.endpoints.front());
    }
}

std::string endpoint_url(options const& o, std::string const& region) {
    std::string own;
    for (std::string const& each : o.endpoints) {
        if (!names_region(each)) {
            own = each;
        } else if (region_of(each) == region) {
            return each.substr(region.size() + 1);
        }
    }
    bool const is_own = region.empty() || region == o.region;
    return is_own && !own.empty() ? own : "https://oms." + region + ".myhuaweicloud.com";
}

std::string host_of_url(std::string_view url) {
    std::size_t const scheme = url.find("://");
    if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
    std::string host(url.substr(0, url.find('/')));
    std::size_t const colon = host.rfind(':');
    bool const has_port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
    return has_port ? host : host + ":443";
}

char const* nothing_done(options const& o) noexcept {
    return o.start ? "nothing was started" : "nothing was stopped";
}

void settle_region(options& o, std::vector<std::string> const& regions) {
    if (!o.region.empty() || !std::ranges::all_of(o.endpoints, names_region)) return;
    if (o.endpoints.size() == 1) {
        o.region = region_of(o.endpoints.front());
    } else if (std::ranges::find(regions, std::string()) == regions.end() && !regions.empty()) {
        o.region = regions.front();
    } else {
        throw usage_error("which region is meant is not known: name it by --region, or in front of each task");
    }
}

void resolve_files(options& o, std::string const& directory) {
    for (std::string* const file : {&o.from, &o.projects_from, &o.accounts, &o.token_file, &o.ca_file, &o.report,
                                    &o.resume, &o.log_file, &o.keys}) {
        if (!file->empty() && *file != "-") *file = (std::filesystem::path(directory) / *file).string();
    }
}

std::optional<oms::duration> parse_duration(std::string_view text) noexcept {
    double number = 0;
    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || !(number > 0)) return {};
    std::string_view const unit(end, text.data() + text.size());
    double const scale = unit == "ms"                  ? 0.001
                         : unit.empty() || unit == "s" ? 1
                         : unit == "m"                 ? 60
                         : unit == "h"                 ? 3600
                                                       : 0;
    double const seconds = number * scale;
    if (!(seconds >= 0.001 && seconds <= 1e9)) return {};
    return std::chrono::duration_cast<oms::duration>(std::chrono::duration<double>(seconds));
}

std::optional<std::vector<std::size_t>> parse_waves(std::string_view text) {
    std::vector<std::size_t> waves;
    while (true) {
        std::size_t const comma = text.find(',');
        std::string_view const part = text.substr(0, comma);
        bool const last = comma == std::string_view::npos;
        if (part == "rest") return last && !waves.empty() ? std::optional(waves) : std::nullopt;
        std::size_t count = 0;
        auto const [end, code] = std::from_chars(part.data(), part.data() + part.size(), count);
        if (code != std::errc() || end != part.data() + part.size() || count == 0) return {};
        waves.push_back(count);
        if (last) return waves;
        text.remove_prefix(comma + 1);
    }
}

std::optional<oms::failure_limit> parse_failure_limit(std::string_view text) noexcept {
    bool const share = !text.empty() && text.back() == '%';
    if (share) text.remove_suffix(1);
    char const* const last = text.data() + text.size();
    if (share) {
        double percent = 0;
        auto const [end, code] = std::from_chars(text.data(), last, percent);
        if (code != std::errc() || end != last || !(percent > 0 && percent <= 100)) return {};
        return oms::failure_limit::share(percent / 100);
    }
    std::size_t count = 0;
    auto const [end, code] = std::from_chars(text.data(), last, count);
    if (code != std::errc() || end != last) return {};
    return oms::failure_limit(count);
}

}  // namespace oms_stop
