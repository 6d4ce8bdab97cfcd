// SPDX-License-Identifier: BSL-1.0
//
// oms-stop: stops tasks, and accounts for each. See `oms-stop --help`.

#include "commands.hpp"
#include "failure.hpp"
#include "manual.hpp"
#include "options.hpp"

#include <oms/version.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace oms_stop;

exit_code run(std::vector<std::string> const& arguments) {
    options const o = parse_options(arguments);
    auto const print = [](std::string const& text) {
        std::fputs(text.c_str(), stdout);
        return exit_code::all_stopped;
    };
    if (o.version) return print("oms-stop " + std::string(oms::version()) + "\n");
    if (o.manual) return print(manual_page());
    if (!o.completion.empty()) return print(completion_script(o.completion));
    if (!o.show_report.empty()) return tell(o);
    check_options(o);
    return o.resume.empty() ? stop_selected(o, arguments) : resume(o, arguments);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return static_cast<int>(run({argv + 1, argv + argc}));
    } catch (help_wanted const& e) {
        std::fputs(e.what(), stdout);
        return 0;
    } catch (failure const& e) {
        std::fprintf(stderr, "oms-stop: %s\n", e.what());
        return static_cast<int>(e.status());
    } catch (std::exception const& e) {
        std::fprintf(stderr, "oms-stop: %s\n", e.what());
        return static_cast<int>(exit_code::not_all_stopped);
    }
}
