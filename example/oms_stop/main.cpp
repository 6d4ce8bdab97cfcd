// SPDX-License-Identifier: BSL-1.0
//
// oms-stop: stops tasks, and accounts for each. See `oms-stop --help`.

#include "commands.hpp"
#include "completion.hpp"
#include "console.hpp"
#include "event_loop.hpp"
#include "failure.hpp"
#include "manual.hpp"
#include "options.hpp"
#include "output.hpp"
#include "plain_text.hpp"

#include <oms/version.hpp>

#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace oms_stop;

ending print(output& out, std::string const& text) {
    out.write(text);
    return exit_code::all_stopped;
}

ending run(options const& o, std::vector<std::string> const& arguments, console& say, output& out) {
    if (!o.show_report.empty()) {
        check_report_options(o);
        return tell(o, say, out);
    }
    if (o.start) {
        check_start_options(o);
        return start_again(o, arguments, say, out);
    }
    check_options(o);
    return o.resume.empty() ? stop_selected(o, arguments, say, out) : resume(o, arguments, say, out);
}

// Its failures are in the log file, too.
ending run_logged(options const& o, std::vector<std::string> const& arguments, output& out) {
    console say(o.quiet ? loudness::quiet : o.verbose ? loudness::verbose : loudness::normal, o.log_file);
    try {
        return run(o, arguments, say, out);
    } catch (failure const& e) {
        say.make_room();
        say.log(e.what());
        throw;
    }
}

ending choose(std::vector<std::string> const& arguments, output& out) {
    try {
        options const o = parse_options(arguments);
        if (o.version) return print(out, "oms-stop " + std::string(oms::version()) + "\n");
        if (o.manual) return print(out, manual_page());
        if (!o.completion.empty()) return print(out, completion_script(o.completion));
        return run_logged(o, arguments, out);
    } catch (help_wanted const& e) {
        return print(out, e.what());
    }
}

ending guarded(auto f) {
    try {
        return f();
    } catch (failure const& e) {
        std::fprintf(stderr, "oms-stop: %s\n", plain(e.what(), true).c_str());
        return e.how();
    } catch (std::exception const& e) {
        std::fprintf(stderr, "oms-stop: %s\n", plain(e.what(), true).c_str());
        return exit_code::not_all_stopped;
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::string const output_name = standard_output_name();
    occupy_standard_streams();
    std::signal(SIGPIPE, SIG_IGN);  // a reader that left is no error
    std::signal(SIGXFSZ, SIG_IGN);  // a file that is too large for its limit is an error like others
    output out(STDOUT_FILENO, output_name);
    std::vector<std::string> const arguments(argv + 1, argv + argc);
    ending const how = guarded([&] { return choose(arguments, out); });
    // What was done is told first, and that it could not be told comes before all else.
    ending const told = guarded([&]() -> ending {
        out.finish();
        return how;
    });
    if (told.signal != 0) leave_by(told.signal);
    return static_cast<int>(told.status);
}
