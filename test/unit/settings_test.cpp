// SPDX-License-Identifier: BSL-1.0
#include "client/settings.hpp"

#include <oms/call_options.hpp>
#include <oms/config.hpp>
#include <oms/credentials.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>

using namespace std::chrono_literals;
using namespace oms;

BOOST_AUTO_TEST_SUITE(settings_of_a_client)

BOOST_AUTO_TEST_CASE(each_override_takes_the_place_of_its_own) {
    timeout_options limits;
    limits.total = 1min;
    limits.attempt = 2min;
    limits.queue = 3min;
    limits.resolve = 4min;
    limits.connect = 5min;
    limits.handshake = 6min;
    auto const same = detail::merge(timeout_options(), timeout_overrides(limits));
    BOOST_TEST((same.total == 1min && same.attempt == 2min && same.queue == 3min));
    BOOST_TEST((same.resolve == 4min && same.connect == 5min && same.handshake == 6min));
    auto const kept = detail::merge(limits, timeout_overrides());
    BOOST_TEST((kept.total == 1min && kept.attempt == 2min && kept.queue == 3min));
    BOOST_TEST((kept.resolve == 4min && kept.connect == 5min && kept.handshake == 6min));

    retry_options rules;
    rules.max_attempts = 7;
    rules.base_delay = 8s;
    rules.throttled_delay = 9s;
    rules.max_delay = 10s;
    rules.max_retry_after = 11s;
    rules.resend_open = false;
    auto const repeats = detail::merge(retry_options(), retry_overrides(rules));
    BOOST_TEST((repeats.max_attempts == 7 && repeats.base_delay == 8s && repeats.throttled_delay == 9s));
    BOOST_TEST((repeats.max_delay == 10s && repeats.max_retry_after == 11s && !repeats.resend_open));
}

BOOST_AUTO_TEST_CASE(as_many_connections_as_are_said_and_no_more) {
    for (std::size_t const most : {1U, 100'000U, 0U, 100'001U}) {
        client_config config;
        config.region = "cn-north-4";
        config.credentials = token_credentials("token");
        config.pool.max_connections = most;
        if (most >= 1 && most <= 100'000) {
            BOOST_CHECK_NO_THROW(detail::settings{config});
        } else {
            BOOST_CHECK_THROW(detail::settings{config}, config_error);
        }
    }
}

BOOST_AUTO_TEST_CASE(no_limit_is_told_from_every_number) {
    std::size_t count = unlimited;
    double rate = unlimited;
    duration time = unlimited;
    BOOST_TEST((count == unlimited && rate == unlimited && time == unlimited));
    count = 5;
    rate = 5;
    time = 5s;
    BOOST_TEST(!(count == unlimited || rate == unlimited || time == unlimited));
}

BOOST_AUTO_TEST_CASE(credentials_are_told_apart_by_each_part) {
    auto const of = [](char const* ak, char const* sk, char const* token) {
        return credential::from_keys(ak, sk, token);
    };
    BOOST_TEST((of("AK", "key", "one") == of("AK", "key", "one")));
    BOOST_TEST(!(of("AK", "key", "one") == of("AL", "key", "one")));
    BOOST_TEST(!(of("AK", "key", "one") == of("AK", "kez", "one")));
    BOOST_TEST(!(of("AK", "key", "one") == of("AK", "key", "two")));
    BOOST_TEST(!(credential::from_token("one") == credential::from_token("two")));
    BOOST_TEST(!(secret("one") == secret("two")));
}

BOOST_AUTO_TEST_SUITE_END()
