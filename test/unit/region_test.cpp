// SPDX-License-Identifier: BSL-1.0
#include "wire/region.hpp"

#include "wire/url.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace oms::wire;

BOOST_AUTO_TEST_SUITE(regions)

BOOST_AUTO_TEST_CASE(names_have_a_shape) {
    for (std::string const region : {"cn-north-4", "cn-southwest-2", "af-south-1", "na-mexico-1", "my-kualalumpur-1",
                                     "eu-west-101", "tr-west-1"}) {
        BOOST_TEST(valid_region(region), "refused " << region);
    }
    for (std::string const region :
         {"", "cn", "cn-north", "cn-north-", "c-north-4", "cn--4", "cn-north-1234", "CN-NORTH-4", "cn-north-4 ",
          "cn-north-4.evil.example", "cn-north-4/", "cn_north_4", "-cn-north-4", "cn-north-4-1", "cn-n0rth-4"}) {
        BOOST_TEST(!valid_region(region), "took " << region);
    }
    BOOST_TEST(valid_region("cn-" + std::string(58, 'n') + "-4"));
    BOOST_TEST(!valid_region("cn-" + std::string(59, 'n') + "-4"));
}

BOOST_AUTO_TEST_CASE(endpoints_follow_their_names) {
    std::string reason;
    BOOST_TEST(oms_endpoint("cn-north-4") == "https://oms.cn-north-4.myhuaweicloud.com");
    BOOST_TEST(parse_endpoint(oms_endpoint("cn-" + std::string(58, 'n') + "-4"), reason).has_value());
    BOOST_TEST(iam_endpoint("cn-north-4") == "https://iam.cn-north-4.myhuaweicloud.com");
    BOOST_TEST(iam_endpoint("my-kualalumpur-1") == "https://iam.my-kualalumpur-1.myhuaweicloud.com");
    for (auto const* without : {"", "cn-south-4", "ap-southeast-5", "xx-nowhere-1"}) {
        BOOST_TEST(iam_endpoint(without) == "https://iam.myhuaweicloud.com", without);
    }
}

BOOST_AUTO_TEST_CASE(what_is_known_of_them) {
    for (auto const* known : {"af-south-1", "cn-north-4", "tr-west-1", "ap-southeast-5", "cn-north-12"}) {
        BOOST_TEST(known_region(known), known);
    }
    for (auto const* unknown : {"", "cn-north-2", "eu-west-101", "zz-zz-1", "cn-north-41"}) {
        BOOST_TEST(!known_region(unknown), unknown);
    }
    for (auto const* with : {"cn-north-4", "cn-east-3", "cn-southwest-2"})
        BOOST_TEST(has_sync_tasks(with), with);
    for (auto const* without : {"", "cn-north-1", "ap-southeast-1"})
        BOOST_TEST(!has_sync_tasks(without), without);
}

BOOST_AUTO_TEST_CASE(variables_name_service_and_region) {
    BOOST_TEST(region_of_variable("HUAWEICLOUD_SDK_REGION_OMS_CN_NORTH_4", "OMS") == "cn-north-4");
    BOOST_TEST(region_of_variable("HUAWEICLOUD_SDK_REGION_IAM_MY_REGION_1", "IAM") == "my-region-1");
    for (auto const* other :
         {"", "OMS_CN_NORTH_4", "HUAWEICLOUD_SDK_REGION_IAM_CN_NORTH_4", "HUAWEICLOUD_SDK_REGION_OMSX_CN_NORTH_4",
          "HUAWEICLOUD_SDK_REGION_OMS", "HUAWEICLOUD_SDK_REGION_OMS_", "HUAWEICLOUD_SDK_REGIONS_FILE"}) {
        BOOST_TEST(region_of_variable(other, "OMS").empty(), other);
    }
}

BOOST_AUTO_TEST_SUITE_END()
