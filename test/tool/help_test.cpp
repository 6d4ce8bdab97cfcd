// SPDX-License-Identifier: BSL-1.0
// Help, manual page and completions: all tell of the same options.

#include "completion.hpp"
#include "failure.hpp"
#include "manual.hpp"
#include "option_table.hpp"
#include "options.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

BOOST_AUTO_TEST_SUITE(help_of_the_tool)

std::string help(std::vector<std::string> of) {
    of.push_back("--help");
    try {
        oms_stop::parse_options(std::move(of));
    } catch (oms_stop::help_wanted const& e) {
        return e.what();
    }
    return {};
}

// One blank for each run of blanks and line ends.
std::string unwrapped(std::string const& text) {
    std::string result;
    for (char const c : text) {
        bool const blank = c == ' ' || c == '\n';
        if (!blank || (!result.empty() && result.back() != ' ')) result += blank ? ' ' : c;
    }
    return result;
}

std::string without_backslashes(std::string text) {
    std::erase(text, '\\');
    return text;
}

// A manual page without what steers its fonts.
std::string without_fonts(std::string text) {
    for (std::size_t at = text.find("\\f"); at != std::string::npos; at = text.find("\\f", at))
        text.erase(at, 3);
    return without_backslashes(std::move(text));
}

std::string text_of_file(char const* path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// All names of options that a text has.
std::set<std::string> options_in(std::string const& text) {
    std::set<std::string> result;
    for (std::size_t at = text.find("--"); at != std::string::npos; at = text.find("--", at)) {
        bool const begins = at == 0 || std::string_view(" \n'\"(|,*`").find(text[at - 1]) != std::string_view::npos;
        std::size_t const end = std::min(text.find_first_not_of("-abcdefghijklmnopqrstuvwxyz", at), text.size());
        if (begins && end > at + 2 && text[at + 2] != '-') result.insert(text.substr(at, end - at));
        at = end;
    }
    return result;
}

BOOST_AUTO_TEST_CASE(every_option_that_is_named_anywhere_is_there) {
    std::set<std::string> known{"--help"};
    for (oms_stop::option_row const& row : oms_stop::stop_options())
        known.insert(row.name);
    for (oms_stop::option_row const& row : oms_stop::report_options())
        known.insert(row.name);
    for (oms_stop::option_row const& row : oms_stop::start_options())
        known.insert(row.name);
    auto const all = [&](std::string const& text, bool whole) {
        auto const named = options_in(text);
        for (std::string const& name : named)
            BOOST_TEST(known.contains(name), name);
        BOOST_TEST(named.size() >= (whole ? known.size() : 5));
    };
    all(help({}) + help({"report"}) + help({"start"}), true);
    all(without_fonts(oms_stop::manual_page()), true);
    all(oms_stop::completion_script("bash"), true);
    all(oms_stop::completion_script("zsh"), true);
    std::string const readme = text_of_file(OMS_README);
    std::size_t const begin = readme.find("## The tool\n");
    BOOST_REQUIRE(begin != std::string::npos);
    // Those of the simulator are told there, too.
    for (char const* const name : {"--throttle", "--fail", "--slow", "--expire-tokens-after", "--http", "--script"})
        known.insert(name);
    all(readme.substr(begin, readme.find("\n## ", begin) - begin), false);
}

BOOST_AUTO_TEST_CASE(help_manual_and_completions_know_every_option) {
    std::string const page = oms_stop::manual_page();
    std::string const bash = oms_stop::completion_script("bash");
    std::string const zsh = oms_stop::completion_script("zsh");
    auto const check = [&](oms_stop::option_row const& row, std::string const& text) {
        std::string const name = row.name;
        std::string const value = *row.value == '\0' ? "" : " " + std::string(row.value);
        BOOST_TEST(unwrapped(text).find(" " + row.names() + value + " ") != std::string::npos, name);
        BOOST_TEST(unwrapped(text).find(row.help) != std::string::npos, name);
        BOOST_TEST(bash.find(name) != std::string::npos, name);
        BOOST_TEST(zsh.find(name + (value.empty() ? "" : "=")) != std::string::npos, name);
        std::string const letter = row.letter == 0 ? "" : std::string("-") + row.letter + "fR, fB";
        std::string const named = ".B " + letter + name + (value.empty() ? "" : " fI" + value.substr(1) + "fR") + "\n";
        BOOST_TEST(without_backslashes(page).find(named + row.help + "\n") != std::string::npos, name);
    };
    for (oms_stop::option_row const& row : oms_stop::stop_options())
        check(row, help({}));
    for (oms_stop::option_row const& row : oms_stop::report_options())
        check(row, help({"report"}));
    for (oms_stop::option_row const& row : oms_stop::start_options())
        check(row, help({"start"}));
    for (oms_stop::signal_row const& row : oms_stop::signal_rows()) {
        BOOST_TEST(unwrapped(help({})).find(row.names) != std::string::npos);
        BOOST_TEST(unwrapped(help({})).find(row.meaning) != std::string::npos);
        BOOST_TEST(without_backslashes(page).find(".B " + std::string(row.names) + "\n" + row.meaning + "\n") !=
                   std::string::npos);
    }
    for (oms_stop::exit_row const& row : oms_stop::exit_rows()) {
        BOOST_TEST(unwrapped(help({})).find(row.meaning) != std::string::npos);
        BOOST_TEST(page.find(".B " + std::to_string(row.status) + "\n") != std::string::npos);
    }
    BOOST_CHECK_THROW(oms_stop::completion_script("fish"), oms_stop::usage_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
