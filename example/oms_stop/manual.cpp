// SPDX-License-Identifier: BSL-1.0
#include "manual.hpp"

#include "accounts.hpp"
#include "failure.hpp"
#include "option_table.hpp"

#include <oms/version.hpp>

#include <cctype>
#include <sstream>
#include <string_view>

namespace oms_stop {

namespace {

// What troff would take for its own: backslashes, dashes that are to be found and copied, a dot or quote at the front.
std::string troff(std::string_view text) {
    std::string result;
    for (char const c : text) {
        if (c == '\\') {
            result += "\\e";
        } else if (c == '-') {
            result += "\\-";
        } else {
            result += c;
        }
    }
    if (!result.empty() && (result.front() == '.' || result.front() == '\'')) result.insert(0, "\\&");
    return result;
}

void write_options(std::ostream& os, std::span<option_row const> rows) {
    std::string_view group;
    for (option_row const& row : rows) {
        if (group != row.group) os << ".SS " << troff(row.group) << '\n';
        group = row.group;
        os << ".TP\n.B " << troff(row.name);
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
\fIFILE\fR [\fB\-\-html\fR \fIFILE\fR]
.SH DESCRIPTION
Stops each task that is named, written [\fIregion\fR/]\fIproject\fR/\fItask\fR, that \fB\-\-from\fR reads, or that
\fB\-\-all\-running\fR finds. Endpoints and credentials are tried, by listing, before the first stop. More than 20 tasks,
and whatever \fB\-\-all\-running\fR found, are stopped only after the number of them was typed, or with \fB\-\-yes\fR.
.PP
Interrupted once (Ctrl\-C, SIGTERM, SIGHUP) it starts no more tasks and finishes those under way; twice, it cancels
those, too.
.PP
A task that is answered "too many requests" waits and is tried again; why tasks wait stands at the end of the line that
shows the progress.
.PP
A stopped task can be started again only with the keys of its source and its destination.
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
.fi
.PP
.B projects
are separated by commas or blanks, each with its region in front where it is not that of \fB\-\-region\fR; * stands for
all that no other account names. A relative
.B file
is looked for beside the file of accounts. The
.B source
is one of
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
.B HUAWEICLOUD_SDK_CREDENTIALS_FILE
The profile in place of \fI~/.huaweicloud/credentials\fR.
.TP
.B HUAWEICLOUD_SDK_IAM_ENDPOINT
The address of IAM, for the source
.BR iam .
)";

constexpr char after_options[] =
    R"(.SH REPORT
Lines of JSON. One
.B run
line; a
.B planned
line for each task before the first stop;
.B sent
before a task's first byte;
.B result
when it has ended, with the request id and the status of every attempt;
.B resume
where a run was taken up again; and
.B end.
Each line is written before what it announces, and synced at least once a second and at the end.
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
After a crash:
.PP
.nf
oms\-stop \-\-resume report
.fi
)";

std::string choices_of(option_row const& row) {
    return row.choices;
}

std::string bash_completion() {
    std::ostringstream os;
    os << "# bash completion for oms-stop; made from its table of options\n_oms_stop() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    COMPREPLY=()\n    case $before in\n";
    std::string files, others;
    auto const collect = [&](std::span<option_row const> rows) {
        for (option_row const& row : rows) {
            if (*row.value == '\0') continue;
            if (!choices_of(row).empty()) {
                os << "    " << row.name << ") COMPREPLY=($(compgen -W '" << row.choices
                   << "' -- \"$word\")); return ;;\n";
            } else {
                std::string& list = row.takes_file() ? files : others;
                if (!list.empty()) list += '|';
                list += row.name;
            }
        }
    };
    collect(stop_options());
    collect(report_options());
    os << "    " << files << ") COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
       << "    report) [[ $word == -* ]] || { COMPREPLY=($(compgen -f -- \"$word\")); return; } ;;\n    " << others
       << ") return ;;\n    esac\n    if [[ $word == -* && ${COMP_WORDS[1]} == report ]]; then\n        "
          "COMPREPLY=($(compgen -W '";
    for (option_row const& row : report_options())
        os << row.name << ' ';
    os << "--help' -- \"$word\"))\n    elif [[ $word == -* ]]; then\n        COMPREPLY=($(compgen -W '";
    for (option_row const& row : stop_options())
        os << row.name << ' ';
    os << "--help' -- \"$word\"))\n    elif ((COMP_CWORD == 1)); then\n"
          "        COMPREPLY=($(compgen -W 'report' -- \"$word\"))\n    fi\n}\n"
          "complete -o filenames -F _oms_stop oms-stop\n";
    return os.str();
}

// In zsh's descriptions brackets, colons and quotes have a meaning.
std::string zsh_text(std::string_view text) {
    std::string result;
    for (char const c : text.substr(0, text.find('.'))) {
        if (c == '[' || c == ']' || c == ':') result += '\\';
        if (c == '\'') {
            result += "'\\''";
        } else {
            result += c;
        }
    }
    return result;
}

void write_zsh_rows(std::ostream& os, std::span<option_row const> rows) {
    for (option_row const& row : rows) {
        os << "        '" << (std::holds_alternative<std::vector<std::string> options::*>(row.target) ? "*" : "")
           << row.name << '[' << zsh_text(row.help) << ']';
        if (*row.value != '\0') {
            os << ':' << zsh_text(row.value) << ':';
            if (!choices_of(row).empty()) os << '(' << row.choices << ')';
            if (row.takes_file()) os << "_files";
        }
        os << "' \\\n";
    }
}

std::string zsh_completion() {
    std::ostringstream os;
    os << "#compdef oms-stop\n# zsh completion for oms-stop; made from its table of options\n_oms_stop() {\n"
          "    if [[ ${words[2]} == report ]]; then\n"
          "        _arguments \\\n";
    write_zsh_rows(os, report_options());
    os << "        '--help[Print a help]' '1:command:(report)' '2:report:_files'\n"
          "    else\n        _arguments \\\n";
    write_zsh_rows(os, stop_options());
    os << "        '--help[Print a help]' '*:task: '\n    fi\n}\n_oms_stop \"$@\"\n";
    return os.str();
}

}  // namespace

std::string manual_page() {
    std::ostringstream os;
    os << ".TH OMS\\-STOP 1 \"\" \"oms " << troff(oms::version()) << "\"\n"
       << description << ".SH OPTIONS\n.TP\n.B \\-h\\fR, \\fB\\-\\-help\nPrint a help.\n";
    write_options(os, stop_options());
    write_options(os, report_options());
    os << credentials;
    for (account_source const& each : account_sources()) {
        os << ".TP\n.B " << troff(each.name) << '\n' << troff(each.help);
        if (*each.keys != '\0') os << " Keys: " << troff(each.keys) << '.';
        os << '\n';
    }
    os << environment << after_options
       << ".SH EXIT STATUS\nThe first of 6, 4, 3 and 1 that applies to a run that began.\n";
    for (exit_row const& row : exit_rows())
        os << ".TP\n.B " << row.status << '\n' << troff(row.meaning) << '\n';
    os << examples;
    return os.str();
}

std::string completion_script(std::string const& shell) {
    if (shell == "bash") return bash_completion();
    if (shell == "zsh") return zsh_completion();
    throw usage_error("there is no completion for \"" + shell + "\": bash or zsh");
}

}  // namespace oms_stop
