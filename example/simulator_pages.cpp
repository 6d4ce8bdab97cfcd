// SPDX-License-Identifier: BSL-1.0
#include "simulator_pages.hpp"

#include "oms_stop/troff.hpp"
#include "simulator_faults.hpp"
#include "simulator_options.hpp"

#include <oms/version.hpp>

#include <algorithm>
#include <sstream>

namespace {

using oms_stop::troff;

constexpr char usage[] =
    "usage: oms-simulator [OPTION VALUE]...\n"
    "       oms-simulator --help | --version | --manual | --completion bash|zsh\n"
    "\n"
    "The service on loopback, until SIGTERM or SIGINT. Its first line of output says where; what the files tell is\n"
    "there by then. At the end it prints what it has seen.\n"
    "\n";

constexpr char description[] =
    R"(.SH NAME
oms\-simulator \- the Object Storage Migration Service on loopback, to rehearse with
.SH SYNOPSIS
.B oms\-simulator
[\fIoption value\fR...]
.br
.B oms\-simulator
\fB\-\-help\fR | \fB\-\-version\fR | \fB\-\-manual\fR | \fB\-\-completion\fR bash|zsh
.SH DESCRIPTION
Plays the service on 127.0.0.1, by HTTPS, until SIGTERM or SIGINT: projects, tasks that run, tokens, and whatever a service
does wrong. Its first line of output is "listening on " and the endpoint; the files that it was asked for are there by then.
It serves tests and rehearsals: it keeps no data, and its root certificate is its own.
.SH OPTIONS
.TP
.B \-\-help
Print the help.
.TP
.B \-\-version
Print the version.
.TP
.B \-\-manual
Print this page.
.TP
.B \-\-completion \fIbash|zsh
Print what makes a shell complete the options.
)";

constexpr char ending[] =
    R"(.SH OUTPUT
At the end it prints a line for each of these: requests; status, and how often it was answered; connections; handshakes, and
how many of them were resumed; tasks; those that were stopped once, more often, and never.
.SH EXIT STATUS
.TP
.B 0
It was told to end.
.TP
.B 1
It cannot listen, or a file cannot be read or written.
.TP
.B 2
An option, or a line of the script, is wrong.
.SH EXAMPLES
.nf
oms\-simulator \-\-port 8443 \-\-projects 2 \-\-tasks\-per\-project 10 \e
    \-\-ca\-out ca.pem \-\-token\-out tokens \-\-tasks\-out tasks &
oms\-stop \-\-endpoint https://localhost:8443 \-\-ca\-file ca.pem \-\-token\-file tokens \-\-from tasks
.fi
.SH SEE ALSO
.BR oms\-stop (1)
)";

// What stands between the bars, separated by blanks.
std::string choices(option_row const& row) {
    std::string result = row.value;
    std::ranges::replace(result, '|', ' ');
    return result;
}

std::string bash_completion() {
    std::ostringstream os;
    os << "# bash completion for oms-simulator; made from its table of options\n_oms_simulator() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    COMPREPLY=()\n"
          "    case $before in\n";
    for (option_row const& row : option_rows()) {
        os << "    " << row.name << ") ";
        if (row.has_choices()) os << "COMPREPLY=($(compgen -W '" << choices(row) << "' -- \"$word\")); ";
        if (row.takes_file()) os << "COMPREPLY=($(compgen -f -- \"$word\")); ";
        os << "return ;;\n";
    }
    os << "    --completion) COMPREPLY=($(compgen -W 'bash zsh' -- \"$word\")); return ;;\n    esac\n"
          "    COMPREPLY=($(compgen -W '";
    for (option_row const& row : option_rows())
        os << row.name << ' ';
    os << "--help --version --manual --completion' -- \"$word\"))\n}\n"
          "complete -o filenames -F _oms_simulator oms-simulator\n";
    return os.str();
}

// In quotes, and within the brackets of a description.
std::string zsh_text(std::string_view text) {
    std::string result;
    for (char const c : text) {
        if (c == '[' || c == ']' || c == ':') result += '\\';
        result += c == '\'' ? "'\\''" : std::string(1, c);
    }
    return result;
}

std::string zsh_completion() {
    std::ostringstream os;
    os << "#compdef oms-simulator\n# zsh completion for oms-simulator; made from its table of options\n"
          "_arguments \\\n";
    for (option_row const& row : option_rows()) {
        os << "    '" << row.name << '[' << zsh_text(row.help) << "]:" << zsh_text(row.value) << ':';
        if (row.has_choices()) os << '(' << choices(row) << ')';
        if (row.takes_file()) os << "_files";
        os << "' \\\n";
    }
    os << "    '--help[Print the help]' '--version[Print the version]' '--manual[Print the manual page]' \\\n"
          "    '--completion[Print what makes a shell complete the options]:shell:(bash zsh)'\n";
    return os.str();
}

}  // namespace

std::string help_page() {
    std::ostringstream os;
    os << usage;
    for (option_row const& row : option_rows())
        os << "  " << row.name << ' ' << row.value << "\n      " << row.help << '\n';
    os << '\n' << fault_words;
    return os.str();
}

std::string manual_page() {
    std::ostringstream os;
    os << ".TH OMS\\-SIMULATOR 1 \"\" \"oms " << troff(oms::version()) << "\"\n" << description;
    for (option_row const& row : option_rows())
        os << ".TP\n.B " << troff(row.name) << " \\fI" << troff(row.value) << "\n" << troff(row.help) << '\n';
    os << ".SH SCRIPT\n" << troff(fault_words) << ending;
    return os.str();
}

std::string completion_script(std::string_view shell) {
    if (shell == "bash") return bash_completion();
    if (shell == "zsh") return zsh_completion();
    throw bad_usage("there is no completion for \"" + std::string(shell) + "\": bash or zsh");
}
