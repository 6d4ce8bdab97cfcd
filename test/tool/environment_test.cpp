// SPDX-License-Identifier: BSL-1.0
// What the environment says of places, beside the command line.

#include "failure.hpp"
#include "options.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace {

using oms_stop::options;
using oms_stop::parse_options;

// Variables of this process, for as long as it lives.
class variables {
public:
    explicit variables(std::vector<std::pair<char const*, char const*>> all) : all_(std::move(all)) {
        for (auto const& [name, value] : all_)
            setenv(name, value, 1);
    }
    variables(variables const&) = delete;
    variables& operator=(variables const&) = delete;
    ~variables() {
        for (auto const& each : all_)
            unsetenv(each.first);
    }

private:
    std::vector<std::pair<char const*, char const*>> all_;
};

BOOST_AUTO_TEST_SUITE(environment_of_the_tool)

std::string places(std::vector<std::string> arguments) {
    arguments.emplace_back("p/t");
    options o = parse_options(std::move(arguments));
    take_environment(o);
    std::string text = o.region;
    for (std::string const& each : o.endpoints)
        text += " " + each;
    return text;
}

BOOST_AUTO_TEST_CASE(places_of_the_environment_serve_where_the_command_line_names_none) {
    variables const all({{"HOME", "/nowhere"},
                         {"OMS_REGION", "cn-north-4"},
                         {"OMS_ENDPOINT", "https://own"},
                         {"HUAWEICLOUD_SDK_REGION_OMS_CN_EAST_3", "https://east"}});
    BOOST_TEST(places({}) == "cn-north-4 cn-east-3=https://east https://own");
    BOOST_TEST(places({"--region", "cn-north-4"}) == "cn-north-4 cn-east-3=https://east https://own");
    // Its endpoint is that of its region, not of another one.
    BOOST_TEST(places({"--region", "cn-east-3"}) == "cn-east-3 cn-east-3=https://east");
    BOOST_TEST(places({"--endpoint", "https://mine"}) == "cn-north-4 https://mine cn-east-3=https://east");
    BOOST_TEST(places({"--endpoint", "cn-east-3=https://mine"}) == "cn-east-3 cn-east-3=https://mine");
    BOOST_TEST(places({"--endpoint", "cn-north-4=https://mine"}) ==
               "cn-north-4 cn-north-4=https://mine cn-east-3=https://east");
}

BOOST_AUTO_TEST_CASE(a_wrong_variable_is_bad_usage) {
    variables const all({{"HOME", "/nowhere"}, {"OMS_ENDPOINT", "http://plain"}});
    try {
        places({});
        BOOST_ERROR("it was taken");
    } catch (oms_stop::usage_error const& e) {
        BOOST_TEST(std::string(e.what()).find("OMS_ENDPOINT") != std::string::npos, e.what());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
