// SPDX-License-Identifier: BSL-1.0
#include "manual.hpp"

#include "accounts.hpp"
#include "option_table.hpp"
#include "troff.hpp"

#include <oms/version.hpp>

#include <algorithm>
#include <sstream>
#include <string_view>

namespace oms_stop {

namespace {

void write_options(std::ostream& os, std::span<option_row const> rows) {
    std::string_view group;
    for (option_row const& row : rows) {
        if (group != row.group) os << ".SS " << troff(row.group) << '\n';
        group = row.group;
        os << ".TP\n.B ";
        if (row.letter != 0) os << "\\-" << row.letter << "\\fR, \\fB";
        os << troff(row.name);
        if (*row.value != '\0') os << " \\fI" << troff(row.value) << "\\fR";
        os << '\n' << troff(row.help) << '\n';
    }
}

constexpr char description[] =
    R"(.SH NAME
oms\-stop \- stop tasks of the Object Storage Migration Service, and account for each
.SH SYNOPSIS
.B oms\-stop
[\fIoption\fR...] [\fITASK\fR...]
.br
.B oms\-stop report
\fIFILE\fR [\fIoption\fR...]
.br
.B oms\-stop start
\fB\-\-from\fR \fIREPORT\fR [\fIoption\fR...]
.SH DESCRIPTION
Stops each task that is named, written [\fIregion\fR/]\fIproject\fR/\fItask\fR, that \fB\-\-from\fR reads, or that
\fB\-\-all\-running\fR finds. Endpoints and credentials are tried, by listing, before the first stop. More than 20 tasks,
and whatever \fB\-\-all\-running\fR found, are stopped only after the number of them was typed, or with \fB\-\-yes\fR.
.PP
A plan, which \fB\-\-dry\-run\fR prints, begins with what made it and ends with a count and a checksum; one that was cut
or changed is refused. When it is applied, each of its tasks is read first: one whose state or last start is not that of
the plan is named and left alone, one that reads stopped counts as such.
.PP
A task that is answered "too many requests" waits and is tried again; why tasks wait stands at the end of the line that
shows the progress.
.PP
A stopped task can be started again only with the keys of its source and its destination.
.SH SELECTION
Beside names and files, \fB\-\-where\fR selects by what the service tells of a task. There is one option with a small
language in place of one for each field, so that a condition reads as what it means, also in a report long afterwards.
A condition is
.IR NAME = VALUE ,
.IR NAME != VALUE ,
.RI last_start< TIME
or
.RI last_start> TIME .
The names are
.BR status ,
.BR source_region ,
.BR source_bucket ,
.BR destination_region ,
.B destination_bucket
and
.BR last_start .
In a value * stands for any text. A time is a day, 2026\-01\-31, a moment, 2026\-01\-31T08:00:00Z, or an age: 30d, 12h,
45m; last_start<30d was started more than 30 days ago. What is not known of a task meets no condition. Tasks that are not
found by \fB\-\-all\-running\fR are read for it.
.SH INPUT
A file holds lines [\fIregion\fR/]\fIproject\fR/\fItask\fR; or CSV, whose first line names its columns, separated by
commas, semicolons or tabs; or JSON, an object a line or an array; or a plan. Names of columns and members are
.BR project " or " project_id ,
.BR task ,
.BR task_id ,
.BR sync_task_id " or " group_id ,
.B region
and
.BR kind .
It is UTF\-8, or UTF\-16 with a mark. A list that names nothing is an error without \fB\-\-allow\-empty\fR.
)";

constexpr char after_signals[] =
    R"(.PP
When the report of an interrupted run is complete, the program ends by the signal that came first, so that a shell's loop
ends, too. A signal that is ignored at the start, as by
.BR nohup (1),
stays so; one that comes after the last result changes nothing. SIGUSR1 and SIGUSR2, sent by
.BR kill (1),
change the pace of a run that stops tasks, as often as they come.
)";

constexpr char credentials[] =
    R"(.SH CREDENTIALS
No secret is ever an argument. With \fB\-\-token\-file\fR and \fB\-\-accounts\fR these say whose credentials serve which
projects. Else \fBOMS_TOKEN\fR of the environment holds a token. Else the default chain serves all projects.
.PP
A file of accounts has a section for each:
.PP
.nf
[ops]
source = iam
domain = acme
user = ops
variable = OPS_PASSWORD
projects = 2c0689c860ad4728a497c91ec0844383, cn\-east\-3/0605767b5a80d5762fb8c0186ad3a0c2

[theirs]
source = agency
agency = oms\-operators
domain = other\-account
acting = ops
projects = 0605767b5a80d5762fb8c0186ad3a0c3
.fi
.PP
.B projects
are separated by commas or blanks, each with its region in front where it is not that of \fB\-\-region\fR; * stands for
all that no other account names. A relative
.B file
is looked for beside the file of accounts.
.B acting
is the name of another section: the account that the agency of
.B domain
is for, and that may act. Such an account may do without projects. The
.B source
is one of
)";

constexpr char keys[] =
    R"(.SH KEYS
.B oms\-stop start
starts again what a report says it stopped. The service forgets the keys of a task's source and destination when it is
stopped, so they must be given again, in a file or in the environment, never as an argument:
.PP
.nf
source_access_key = ...
source_secret_key = ...
destination_access_key = ...
destination_secret_key = ...
[0605767b5a80d5762fb8c0186ad3a0c2]
source_access_key = ...
.fi
.PP
Those after a line [\fIproject\fR] are that project's alone. A source that is a list of addresses has no keys. It asks
for the number of tasks as stopping does, whatever their number, and \fB\-\-report\fR is a report of its own. Where the
service says that a task runs, it counts as started already.
)";

constexpr char environment[] =
    R"(.SH ENVIRONMENT
The command line goes before the environment. An empty variable counts as not set.
.TP
.B OMS_REGION
The region of the tasks that name none.
.TP
.B OMS_ENDPOINT
The service's address in that region.
.TP
.B OMS_CA_FILE
Root certificates (PEM) in place of the system's.
.TP
.B OMS_TOKEN
A token; see CREDENTIALS.
.TP
.B https_proxy\fR, \fBHTTPS_PROXY
The proxy, http://[user:password@]host:port; the first that is set.
.TP
.B no_proxy\fR, \fBNO_PROXY
Hosts, addresses and address/bits, by commas, that are reached without it.
.TP
.B HUAWEICLOUD_SDK_REGION_OMS_\fIREGION
The address of the service in another region, in upper case, _ for \-.
.TP
.B HUAWEICLOUD_SDK_REGIONS_FILE
A file of such addresses, as the cloud's SDKs read it; else \fI~/.huaweicloud/regions.yaml\fR.
.TP
.B HUAWEICLOUD_SDK_AK\fR, \fBHUAWEICLOUD_SDK_SK\fR, \fBHUAWEICLOUD_SDK_SECURITY_TOKEN
A key pair, and the token of a temporary one.
.TP
.B OMS_SOURCE_AK\fR, \fBOMS_SOURCE_SK\fR, \fBOMS_DESTINATION_AK\fR, \fBOMS_DESTINATION_SK
What a start needs; see KEYS.
.TP
.B HUAWEICLOUD_SDK_CREDENTIALS_FILE
The profile in place of \fI~/.huaweicloud/credentials\fR.
.TP
.B HUAWEICLOUD_SDK_IAM_ENDPOINT
The address of IAM, for the sources
.BR iam , agency
and
.BR agency\-token .
)";

constexpr char after_options[] =
    R"(.SH REPORT
Lines of JSON, each with a checksum of its own, "sum". A line
.B run
says who, when, where and why; lines
.B planned
name the tasks, by number, before the first stop;
.B sent
stands before a task's first byte, and none is sent whose line could not be written;
.B result
when it has ended, with the request id, and the status of every attempt of one that failed;
.B resume
where a run was taken up again; and
.B end
says how it ended. Times, "ms", are milliseconds since the line run or resume. What was never begun has no line.
.PP
Each line is with the system before what it announces happens, so that it outlives the program; it is synced at least
once a second and at the end, so that a power cut may lose what was written in the last second. Of what was
sent in that second only the service itself knows then: \fB\-\-resume\fR \fB\-\-recheck\fR looks at every task.
.PP
A task that was sent, has no result and is found stopped by a resume stands apart in the sheet of what is to be started
again: nobody knows whether this run stopped it.
.PP
A broken line is named, and the rest is shown. A resume goes on with all tasks that are known, and looks at each that the
line may have spoken of.
)";

constexpr char examples[] =
    R"(.SH EXAMPLES
Plan, look, and apply:
.PP
.nf
oms\-stop \-\-all\-running \-\-projects\-from projects \-\-dry\-run >plan
oms\-stop \-\-from plan \-\-report report \-\-reason "moving day"
oms\-stop report report
oms\-stop report report \-\-html report.html
.fi
.PP
A few first, then more, then all, of what has run for a month:
.PP
.nf
oms\-stop \-\-all\-running \-\-projects\-from projects \-\-where 'last_start<30d' \-\-waves 10,100,rest \-\-max\-failures 1%
.fi
.PP
What nobody knows, as a list for others:
.PP
.nf
oms\-stop report report \-\-only unknown \-\-format csv
.fi
.PP
After a crash:
.PP
.nf
oms\-stop \-\-resume report
.fi
)";

}  // namespace

std::string manual_page() {
    std::ostringstream os;
    os << ".TH OMS\\-STOP 1 \"\" \"oms " << troff(oms::version()) << "\"\n" << description << ".SH SIGNALS\n";
    for (signal_row const& row : signal_rows())
        os << ".TP\n.B " << troff(row.names) << '\n' << troff(row.meaning) << '\n';
    os << after_signals << ".SH OPTIONS\n.TP\n.B \\-h\\fR, \\fB\\-\\-help\nPrint the help.\n";
    write_options(os, stop_options());
    write_options(os, report_options());
    // Those that it shares are told already.
    auto const starts = start_options();
    write_options(os, starts.first(static_cast<std::size_t>(
                          std::ranges::count(starts, std::string_view(starts.front().group), &option_row::group))));
    os << credentials;
    for (account_source const& each : account_sources()) {
        os << ".TP\n.B " << troff(each.name) << '\n' << troff(each.help);
        if (*each.keys != '\0') os << " Keys: " << troff(each.keys) << '.';
        os << '\n';
    }
    os << keys << environment << after_options
       << ".SH EXIT STATUS\nThe first of 6, 4, 3 and 1 that applies to a run that began. \\fBoms\\-stop report\\fR "
          "ends with 0 where all tasks of the report\nare stopped, else with 1.\n";
    for (exit_row const& row : exit_rows())
        os << ".TP\n.B " << row.status << '\n' << troff(row.meaning) << '\n';
    os << examples;
    return os.str();
}

}  // namespace oms_stop
