// SPDX-License-Identifier: BSL-1.0
#include "policy/chain.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>

namespace {

struct item {
    explicit item(char n) : name(n) {}
    char name;
    std::unique_ptr<item> next;
};
using items = oms::policy::chain<&item::next>;

items of(std::string const& names) {
    items result;
    for (char const each : names)
        result.push(std::make_unique<item>(each));
    return result;
}

std::string drain(items& from) {
    std::string names;
    while (auto one = from.pop())
        names += one->name;
    return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(chains)

BOOST_AUTO_TEST_CASE(what_is_taken_out_of_any_place_leaves_the_others_in_their_order) {
    std::string const names = "abcd";
    for (char const taken : names) {
        auto all = of(names);
        auto const found = all.extract([&](item const& each) { return each.name == taken; });
        BOOST_TEST((found && found->name == taken && !found->next));
        all.push(std::make_unique<item>('e'));
        std::string left = names + 'e';
        left.erase(left.find(taken), 1);
        BOOST_TEST(drain(all) == left);
    }
}

BOOST_AUTO_TEST_CASE(only_the_first_that_is_meant_is_taken_out) {
    auto all = of("xax");
    BOOST_TEST(all.extract([](item const& each) { return each.name == 'x'; })->name == 'x');
    BOOST_TEST(!all.extract([](item const& each) { return each.name == 'b'; }));
    BOOST_TEST(drain(all) == "ax");
    BOOST_TEST(!all.extract([](item const&) { return true; }));
    BOOST_TEST(all.empty());
}

BOOST_AUTO_TEST_CASE(one_chain_goes_behind_the_other) {
    auto all = of("ab");
    all.append(of(""));
    all.append(of("cd"));
    BOOST_TEST(drain(all) == "abcd");
}

// The place behind the last is none of an element that has left.
BOOST_AUTO_TEST_CASE(one_that_was_emptied_takes_others) {
    auto all = of("a");
    auto const left = all.pop();
    all.push(std::make_unique<item>('b'));
    BOOST_TEST(!left->next);
    all.append(of("c"));
    BOOST_TEST(drain(all) == "bc");
}

BOOST_AUTO_TEST_SUITE_END()
