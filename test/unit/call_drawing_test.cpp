// SPDX-License-Identifier: BSL-1.0
//
// The drawing of a call, its source, and the table in the code say the same.
#include "call/call_fsm.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

using namespace oms::call;

namespace {

// "queued -turn-> exchange"
std::set<std::string> of_table() {
    std::set<std::string> all;
    for (transition const& t : transitions()) {
        all.insert(std::string(to_string(t.from)) + " -" + std::string(to_string(t.on)) + "-> " +
                   std::string(to_string(t.to)));
    }
    return all;
}

std::string read(std::string const& name) {
    std::ifstream file(std::string(OMS_DOCUMENTS) + "/" + name);
    BOOST_REQUIRE(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

void put(std::set<std::string>& all, std::string const& from, std::string const& on, std::string const& to) {
    BOOST_TEST(all.insert(from + " -" + on + "-> " + to).second);
}

std::set<std::string> of_source(std::string const& text) {
    static std::regex const edge(R"re((\w+) -> (\w+) \[label="([^"]*)"\];)re");
    static std::regex const word(R"(\w+)");
    std::set<std::string> all;
    for (std::sregex_iterator e(text.begin(), text.end(), edge), end; e != end; ++e) {
        std::string const label = std::regex_replace((*e)[3].str(), std::regex(R"(\\n)"), " ");
        for (std::sregex_iterator w(label.begin(), label.end(), word); w != end; ++w)
            put(all, (*e)[1], w->str(), (*e)[2]);
    }
    return all;
}

std::set<std::string> of_picture(std::string const& text) {
    static std::regex const edge(R"re(<title>(\w+)&#45;&gt;(\w+)</title>)re");
    static std::regex const words(R"re(<text[^>]*>(\w+)</text>)re");
    std::set<std::string> all;
    for (std::sregex_iterator e(text.begin(), text.end(), edge), end; e != end; ++e) {
        auto const group = text.substr(static_cast<std::size_t>(e->position()));
        auto const whole = group.substr(0, group.find("</g>"));
        for (std::sregex_iterator w(whole.begin(), whole.end(), words); w != end; ++w)
            put(all, (*e)[1], (*w)[1], (*e)[2]);
    }
    return all;
}

void compare(std::set<std::string> const& drawn) {
    std::set<std::string> const coded = of_table();
    for (std::string const& each : coded)
        BOOST_TEST(drawn.contains(each), each << " is not drawn");
    for (std::string const& each : drawn)
        BOOST_TEST(coded.contains(each), each << " is drawn, and is none");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(call_drawing)

BOOST_AUTO_TEST_CASE(no_way_twice) {
    BOOST_TEST(of_table().size() == transitions().size());
}

BOOST_AUTO_TEST_CASE(source) {
    compare(of_source(read("call-states.dot")));
}

BOOST_AUTO_TEST_CASE(picture) {
    compare(of_picture(read("call-states.svg")));
}

BOOST_AUTO_TEST_SUITE_END()
