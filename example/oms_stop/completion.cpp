// SPDX-License-Identifier: BSL-1.0
#include "completion.hpp"

#include "failure.hpp"
#include "option_table.hpp"

#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>

namespace oms_stop {

namespace {

std::string choices_of(option_row const& row) {
    return row.choices;
}

// The names of an option as a pattern of `case`.
std::string case_names(option_row const& row) {
    return row.letter == 0 ? row.name : std::string(row.name) + "|-" + row.letter;
}

// Each once: some options serve several commands.
void write_bash_values(std::ostream& os, std::span<option_row const> rows, std::set<std::string>& done) {
    for (option_row const& row : rows) {
        if (*row.value == '\0' || !done.insert(row.name).second) continue;
        os << "    " << case_names(row) << ") ";
        if (!choices_of(row).empty()) {
            os << "COMPREPLY=($(compgen -W '" << row.choices << "' -- \"$word\")); return ;;\n";
        } else if (row.takes_file()) {
            os << "COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n";
        } else {
            os << "return ;;\n";
        }
    }
}

void write_bash_names(std::ostream& os, std::span<option_row const> rows) {
    os << "COMPREPLY=($(compgen -W '";
    for (option_row const& row : rows)
        os << row.name << ' ';
    os << "--help' -- \"$word\"))\n";
}

std::string bash_completion() {
    std::ostringstream os;
    os << "# bash completion for oms-stop; made from its table of options\n_oms_stop() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    COMPREPLY=()\n"
          "    # bash splits a word at =\n"
          "    if [[ $word == = ]]; then\n        word=\n"
          "    elif [[ $before == = ]] && ((COMP_CWORD > 1)); then\n        before=${COMP_WORDS[COMP_CWORD-2]}\n    "
          "fi\n"
          "    case $before in\n";
    std::set<std::string> done;
    write_bash_values(os, stop_options(), done);
    write_bash_values(os, report_options(), done);
    write_bash_values(os, start_options(), done);
    os << "    report) [[ $word == -* ]] || { COMPREPLY=($(compgen -f -- \"$word\")); return; } ;;\n    esac\n"
          "    if [[ $word == -* && ${COMP_WORDS[1]} == report ]]; then\n        ";
    write_bash_names(os, report_options());
    os << "    elif [[ $word == -* && ${COMP_WORDS[1]} == start ]]; then\n        ";
    write_bash_names(os, start_options());
    os << "    elif [[ $word == -* ]]; then\n        ";
    write_bash_names(os, stop_options());
    os << "    elif ((COMP_CWORD == 1)); then\n"
          "        COMPREPLY=($(compgen -W 'report start' -- \"$word\"))\n"
          "    elif [[ ${COMP_WORDS[1]} == report ]]; then\n"
          "        COMPREPLY=($(compgen -f -- \"$word\"))\n    fi\n}\n"
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

// How often, its names, and whether its value may follow at once.
std::string zsh_names(option_row const& row) {
    bool const often = std::holds_alternative<std::vector<std::string> options::*>(row.target);
    bool const valued = *row.value != '\0';
    std::string const name = std::string(row.name) + (valued ? "=" : "");
    if (row.letter == 0) return (often ? "'*" : "'") + name;
    std::string const letter = std::string("-") + row.letter;
    std::string const front = often ? "'*'" : "'(" + letter + " " + row.name + ")'";
    return front + "{" + letter + (valued ? "+" : "") + "," + name + "}'";
}

void write_zsh_rows(std::ostream& os, std::span<option_row const> rows) {
    for (option_row const& row : rows) {
        os << "        " << zsh_names(row) << '[' << zsh_text(row.help) << ']';
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
          "    elif [[ ${words[2]} == start ]]; then\n        _arguments \\\n";
    write_zsh_rows(os, start_options());
    os << "        '--help[Print a help]' '1:command:(start)'\n"
          "    else\n        _arguments \\\n";
    write_zsh_rows(os, stop_options());
    os << "        '--help[Print a help]' '1:task or command:(report start)' '*:task: '\n    fi\n}\n_oms_stop \"$@\"\n";
    return os.str();
}

}  // namespace

std::string completion_script(std::string const& shell) {
    if (shell == "bash") return bash_completion();
    if (shell == "zsh") return zsh_completion();
    throw usage_error("there is no completion for \"" + shell + "\": bash or zsh");
}

}  // namespace oms_stop
