// SPDX-License-Identifier: BSL-1.0
#include "run_end.hpp"

#include "json_task.hpp"
#include "output_buffer.hpp"
#include "report_text.hpp"
#include "utc.hpp"

#include <csignal>
#include <cstring>
#include <ostream>

namespace oms_stop {

namespace json = boost::json;

namespace {

std::string how_it_ended(run_ending const& how, run_verdict const& verdict) {
    if (verdict.interrupted && verdict.signal != 0) {
        return std::string("interrupted by SIG") + ::sigabbrev_np(verdict.signal);
    }
    return how.early;
}

}  // namespace

run_verdict verdict_of(stop_run const& run, service const& s, record const& r) {
    run_verdict verdict;
    verdict.interrupted = run.interrupted();
    verdict.signal = s.loop.out_of_time() ? 0 : s.loop.signal();
    verdict.credentials_refused = run.credentials_refused();
    verdict.all_stopped = r.all_done();
    return verdict;
}

ending finish(told_to const& to, record const& r, run_ending const& how, run_verdict verdict) {
    json::object end{{"type", "end"}};
    end["at"] = utc_text(std::chrono::system_clock::now());
    end["ms"] = how.at.count();
    end["status"] = static_cast<int>(verdict.end().status);
    if (std::string const text = how_it_ended(how, verdict); !text.empty()) end["how"] = text;
    std::int64_t not_attempted = 0;
    for (record::number n = 0; n < r.size(); ++n)
        not_attempted += r.state(n).ended || r.state(n).sent ? 0 : 1;
    if (not_attempted > 0) end["not_attempted"] = not_attempted;
    to.report.write(end);
    to.report.sync(false);
    verdict.report_lost = verdict.report_lost || to.report.failed();
    std::string const& file = to.report_file;
    // The sheet may be long; who has a report has it there.
    if (to.o.table || !(to.o.json || to.o.quiet)) {
        output_buffer buffer(to.out);
        std::ostream os(&buffer);
        write_report(os, r, file.empty());
    }
    bool const starts = text_of(r.run(), "operation") == "start";
    if (!verdict.report_lost && !file.empty() && !starts) {
        if (!r.all_done()) to.say.note("to go on: oms-stop --resume " + file);
        to.say.note("to see more of it, and what starting the tasks again takes: oms-stop report " + file);
    }
    if (verdict.report_lost) {
        to.say.say("oms-stop: the report could not be written: " + file + ": " + to.report.reason());
    }
    return verdict.end();
}

}  // namespace oms_stop
