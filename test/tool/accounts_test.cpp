// SPDX-License-Identifier: BSL-1.0
#include "accounts.hpp"
#include "failure.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using oms_stop::account;
using oms_stop::account_index;
using oms_stop::read_accounts;
using oms_stop::read_token_file;

template <class F>
std::string fault(F f) {
    try {
        f();
    } catch (oms_stop::usage_error const& e) {
        return e.what();
    }
    return "nothing";
}

BOOST_AUTO_TEST_SUITE(accounts)

BOOST_AUTO_TEST_CASE(sections_with_their_sources) {
    auto const got = read_accounts(
        "; ours\n[ops]\nsource = profile\nfile = /etc/ops.ini\nprojects = p1, p2\nprojects = p3\n\n"
        "[night shift]\nsource=token\nvariable=NIGHT\nprojects=*\n",
        "a.ini");
    BOOST_REQUIRE(got.size() == 2u);
    BOOST_TEST(got[0].name == "ops");
    BOOST_TEST(got[0].source == "profile");
    BOOST_TEST(got[0].file == "/etc/ops.ini");
    BOOST_TEST(got[0].projects == (std::vector<std::string>{"p1", "p2", "p3"}), boost::test_tools::per_element());
    BOOST_TEST(got[1].name == "night shift");
    BOOST_TEST(got[1].variable == "NIGHT");
    account_index const index(got);
    BOOST_TEST(index.find("p3") == 0u);
    BOOST_TEST(index.find("p4") == 1u);
}

BOOST_AUTO_TEST_CASE(a_log_in_and_regions_of_projects) {
    auto const got = read_accounts(
        "[a]\nsource = iam\ndomain = acme\nuser = ops\nvariable = OPS\nendpoint = https://iam.test\n"
        "projects = cn-east-3/p1 p2\n[b]\nsource = metadata\nendpoint = http://127.0.0.1:1\nprojects = *\n",
        "a.ini");
    BOOST_REQUIRE(got.size() == 2u);
    BOOST_TEST(got[0].domain == "acme");
    BOOST_TEST(got[0].user == "ops");
    BOOST_TEST(got[0].variable == "OPS");
    BOOST_TEST(got[0].endpoint == "https://iam.test");
    BOOST_TEST(got[0].projects.front() == "cn-east-3/p1");
    BOOST_TEST(got[1].endpoint == "http://127.0.0.1:1");
    account_index const index(got);
    BOOST_TEST(index.find("p1") == 0u);
    BOOST_TEST(index.find("p3") == 1u);
}

BOOST_AUTO_TEST_CASE(every_source_is_read) {
    for (auto const& source : oms_stop::account_sources()) {
        std::string text = std::string("[a]\nprojects = p\nsource = ") + source.name + "\n";
        std::string const keys = std::string(" ") + source.keys + " ";
        for (char const* key : {"file", "variable", "domain", "user", "agency", "acting", "endpoint"}) {
            bool const either = source.name == std::string_view("iam") && key == std::string_view("file");
            if (keys.find(" " + std::string(key) + " ") != std::string::npos && !either)
                text += key + std::string("=x\n");
        }
        if (keys.find(" acting ") != std::string::npos) text += "[x]\nsource=environment\n";
        auto const got = read_accounts(text, "f");
        BOOST_TEST(got.at(0).source == source.name);
    }
}

BOOST_AUTO_TEST_CASE(an_agency_and_who_acts) {
    auto const got = read_accounts(
        "[theirs]\nsource = agency\nagency = operators\ndomain = other\nacting = middle\nprojects = p1\n"
        "[middle]\nsource = agency-token\nagency = between\ndomain = third\nacting = ours\nendpoint = "
        "https://iam.test\n"
        "[ours]\nsource = environment\n",
        "a.ini");
    BOOST_REQUIRE(got.size() == 3u);
    BOOST_TEST(got[0].agency == "operators");
    BOOST_TEST(got[0].domain == "other");
    BOOST_TEST(got[0].acting == "middle");
    BOOST_TEST(got[1].acting == "ours");
    BOOST_TEST(got[1].endpoint == "https://iam.test");
    BOOST_TEST(got[2].projects.empty());
    BOOST_TEST(oms_stop::place_of(got, "ours") == 2u);
    account_index const index(got);
    BOOST_TEST(index.find("p1") == 0u);
    BOOST_TEST(index.find("p2") == account_index::none);
}

BOOST_AUTO_TEST_CASE(who_acts_is_another_account_that_is_there) {
    auto const agency = [](std::string const& name, std::string const& acting) {
        return "[" + name + "]\nsource=agency\nagency=a\ndomain=d\nprojects=p-" + name + "\nacting=" + acting + "\n";
    };
    std::string const ours = "[ours]\nsource=environment\nprojects=p\n";
    struct {
        std::string text;
        char const* begins;
    } const cases[] = {
        {agency("a", "a"), "f:6: acting: an account does not act for itself"},
        {ours + agency("a", "nobody"), "f:9: acting: there is no account \"nobody\""},
        {ours + agency("a", "b") + agency("b", "a"), "f:9: acting: these accounts go round in a circle"},
        {agency("a", "b") + agency("b", "c") + agency("c", "b"), "f:6: acting: these accounts go round in a circle"},
        {agency("a", "b") + agency("b", "gone"), "f:12: acting: there is no account \"gone\""},
        {agency("a", "ours") + "[ours]\nsource=token-file\nfile=x\n", "f:7: account \"ours\" names no projects"},
        {agency("a", "ours") + "[ours]\nsource=environment\n[idle]\nsource=environment\n",
         "f:9: account \"idle\" names no projects"},
        {"[a]\nsource=agency\nagency=a\ndomain=d\nprojects=p\n", "f:1: account \"a\" needs a key: acting"},
        {"[a]\nsource=agency\nacting=b\ndomain=d\nprojects=p\n", "f:1: account \"a\" needs a key: agency"},
        {"[a]\nsource=agency-token\nagency=a\nacting=b\nprojects=p\n", "f:1: account \"a\" needs a key: domain"},
        {"[a]\nsource=iam\nacting=b\ndomain=d\nuser=u\nvariable=V\nprojects=p\n",
         "f:1: account \"a\" has a key that is none of its source's: acting"},
        {"[a]\nsource=agency\nacting=\n", "f:3: the value is missing"},
    };
    for (auto const& each : cases) {
        std::string const got = fault([&] { read_accounts(each.text, "f"); });
        BOOST_TEST(got.starts_with(each.begins), got);
    }
}

BOOST_AUTO_TEST_CASE(a_project_that_nobody_claims) {
    account_index const index(read_accounts("[a]\nsource=environment\nprojects=p1\n", "a.ini"));
    BOOST_TEST(index.find("p2") == account_index::none);
}

BOOST_AUTO_TEST_CASE(two_accounts_for_one_project) {
    auto const got = read_accounts("[a]\nsource=default\nprojects=p1\n[b]\nsource=default\nprojects=p2 p1\n", "a.ini");
    BOOST_TEST(fault([&] { account_index const index(got); }) ==
               "account \"b\" claims \"p1\", which another one has already");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named_by_its_line) {
    struct {
        char const* text;
        char const* begins;
    } const cases[] = {
        {"", "f: there is no account"},
        {"source=default\n", "f:1: this stands before"},
        {"[a\n", "f:1: a section is"},
        {"[a]\nsource\n", "f:2: a line is"},
        {"[a]\nsource=magic\n", "f:2: the source is none"},
        {"[a]\nsource=\n", "f:2: the value is missing"},
        {"[a]\ncolour=red\n", "f:2: the key is none"},
        {"[a]\nsk=abc\n", "f:2: no secret belongs here"},
        {"\n[a]\nsource=default\n", "f:2: account \"a\" names no projects"},
        {"[a]\nprojects=p\n", "f:1: account \"a\" names no source"},
        {"[a]\nsource=token\nprojects=p\n", "f:1: account \"a\" needs a key: variable"},
        {"[a]\nsource=default\nvariable=X\nprojects=p\n",
         "f:1: account \"a\" has a key that is none of its source's: variable"},
        {"[a]\nsource=token-file\nprojects=p\n", "f:1: account \"a\" needs a key: file"},
        {"[a]\nsource=default\nfile=x\nprojects=p\n",
         "f:1: account \"a\" has a key that is none of its source's: file"},
        {"[a]\nsource=iam\nuser=u\nvariable=V\nprojects=p\n", "f:1: account \"a\" needs a key: domain"},
        {"[a]\nsource=iam\ndomain=d\nvariable=V\nprojects=p\n", "f:1: account \"a\" needs a key: user"},
        {"[a]\nsource=iam\ndomain=d\nuser=u\nprojects=p\n", "f:1: account \"a\" needs a key: variable or file"},
        {"[a]\nsource=iam\ndomain=d\nuser=u\nvariable=V\nfile=x\nprojects=p\n",
         "f:1: account \"a\" needs a key: variable or file"},
        {"[a]\nsource=pod\nendpoint=x\nprojects=p\n", "f:1: account \"a\" has a key that is none of its source's: e"},
        {"[a]\nsource=default\nprojects=p\n[a]\n", "f:4: there is an account of this name"},
    };
    for (auto const& each : cases) {
        std::string const got = fault([&] { read_accounts(each.text, "f"); });
        BOOST_TEST(got.starts_with(each.begins), got);
    }
}

BOOST_AUTO_TEST_CASE(tokens_by_project) {
    auto const got = read_token_file("p1 MIIabc\n# no\np2\tMIIdef  \n", "t");
    BOOST_REQUIRE(got.size() == 2u);
    BOOST_TEST(got.at("p1").reveal() == "MIIabc");
    BOOST_TEST(got.at("p2").reveal() == "MIIdef");
}

BOOST_AUTO_TEST_CASE(a_wrong_line_of_tokens_is_named_and_not_shown) {
    for (char const* text :
         {"p1 MII\nSECRET\n", "p1 MII\np2 SECRET SECRET\n", "p1 MII\np2 SEC\x01RET\n", "p1 MII\np1 SECRET\n"}) {
        std::string const got = fault([&] { read_token_file(text, "t"); });
        BOOST_TEST(got.starts_with("t:2: "), got);
        BOOST_TEST(got.find("SEC") == std::string::npos, got);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
