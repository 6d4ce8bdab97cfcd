// SPDX-License-Identifier: BSL-1.0
#include "commands.hpp"

#include "failure.hpp"
#include "journal.hpp"
#include "output_buffer.hpp"
#include "report_list.hpp"
#include "report_page.hpp"
#include "report_reader.hpp"
#include "report_text.hpp"

#include <filesystem>
#include <ostream>

namespace oms_stop {

namespace {

void print(options const& o, record const& r, console& say, output& out) {
    if (!o.format.empty() || !o.only.empty()) {
        // Else a word that is misspelt would look like good news.
        for (std::string const& each : print_tasks(r, o.only, o.format, out))
            say.say("--only: no task of this report has the outcome, code or project \"" + each + "\"");
        return;
    }
    if (o.html.empty()) {
        output_buffer buffer(out);
        std::ostream os(&buffer);
        return write_whole_report(os, r);
    }
    if (o.html == "-") return out.write(report_page(r));
    std::error_code ignored;
    if (std::filesystem::equivalent(o.show_report, o.html, ignored)) {
        throw usage_error("--html would overwrite the report " + o.html);
    }
    write_file(o.html, report_page(r));
}

}  // namespace

ending tell(options const& o, console& say, output& out) {
    bool const written = journal::is_written(o.show_report);  // before it is read: it may end in between
    text_source file(o.show_report);
    record r = read_report(file);
    r.sessions.back().goes_on = written && r.sessions.back().ended.empty();
    if (r.damage.count() > 0) say.say("lines of this report are broken:\n" + r.damage.text(o.show_report));
    print(o, r, say, out);
    return r.all_done() ? exit_code::all_stopped : exit_code::not_all_stopped;
}

}  // namespace oms_stop
