// SPDX-License-Identifier: BSL-1.0
//
// One that fetches a key for all, and is given up while its answer is on the way.
#include "auth/shared_key.hpp"
#include "io/harness/scarce_memory.hpp"
#include "policy/durations.hpp"
#include "transport/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

using namespace oms;

namespace {

// Fetches nothing: the test says what came, and when.
struct key_source final : auth::shared_key_source {
    using auth::shared_key_source::land;
    void fetch(auth::source_request_ptr const& job) override { fetches.push_back(job); }
    std::string label() const override { return "test"; }

    std::vector<auth::source_request_ptr> fetches;
};

struct key_world {
    boost::asio::io_context context;
    std::shared_ptr<auth::http_fetcher> const network;
    std::shared_ptr<key_source> const source = std::make_shared<key_source>();
    std::vector<std::string> told;
    std::vector<credential> keys;  // that were told

    key_world() : network(std::make_shared<auth::http_fetcher>(ways(), "test")) {}

    auth::http_fetcher::ways ways() {
        auth::http_fetcher::ways result;
        result.make_clock = [this] { return transport::make_system_clock(context.get_executor()); };
        return result;
    }

    void ask(std::string const& who) {
        credential_request request;
        request.executor = context.get_executor();
        detail::lent_network::put(request, network);
        source->async_get(std::move(request), credential_handler([this, who](error_code code, credential const& value) {
                              scripted::scarce_memory::aside const own;
                              told.push_back(who + (code ? " has none" : " has it"));
                              if (!code) keys.push_back(value);
                          }));
    }
    void run() {
        context.restart();
        context.poll();
    }
    void land(std::size_t fetch, error_code code = errc::out_of_memory) {
        source->land(source->fetches.at(fetch), *network->now(), code, {}, {});
    }
    void land(std::size_t fetch, credential value, auth::steady_time::duration ago = {}) {
        auth::moment at = *network->now();
        at.steady -= ago;
        source->land(source->fetches.at(fetch), at, {}, std::move(value), {});
    }
};

// Too long for a string to hold without memory.
credential key_of(std::string const& name) {
    credential key;
    key.type = credential::kind::key_pair;
    key.access_key = "access key of the one that is called " + name;
    key.secret_key = secret("secret key of the one that is called " + name);
    key.security_token = secret("security token of the one that is called " + name);
    key.expires_at = std::chrono::system_clock::now() + std::chrono::hours(24);
    return key;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shared_keys)

BOOST_AUTO_TEST_CASE(the_answer_of_one_that_was_given_up_serves_those_that_wait_and_begins_nothing_twice) {
    key_world w;
    w.ask("first");
    w.ask("second");
    w.run();
    BOOST_TEST(w.source->fetches.size() == 1U);
    w.source->fetches[0]->end(errc::cancelled, {}, {});
    w.run();
    BOOST_TEST(w.source->fetches.size() == 2U);  // the second leads now
    w.land(0);
    w.ask("third");  // before the second has heard that it is served
    w.run();
    w.run();
    BOOST_TEST(w.source->fetches.size() == 3U);
    w.land(2);
    w.run();
    BOOST_TEST(w.told == (std::vector<std::string>{"first has none", "second has none", "third has none"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_late_answer_serves_nobody_who_came_after_it_was_settled) {
    key_world w;
    w.ask("first");
    w.run();
    w.source->fetches[0]->end(errc::cancelled, {}, {});
    w.ask("second");
    w.run();
    w.land(0);
    w.run();
    BOOST_TEST(w.told == std::vector<std::string>{"first has none"}, boost::test_tools::per_element());
    w.land(1);
    w.run();
    BOOST_TEST(w.told.size() == 2U);
}

// Half of the new key and half of the old one would be a wrong key, and tried again and again it would be locked.
BOOST_AUTO_TEST_CASE(a_key_takes_the_place_of_another_whole_or_not_at_all) {
    credential const one = key_of("one"), two = key_of("two");
    std::size_t failures = 0;
    for (std::size_t k = 1;; ++k) {
        key_world w;
        w.ask("first");
        w.run();
        w.land(0, one, durations::shared_key_kept);
        w.run();
        w.ask("second");
        w.run();
        BOOST_TEST_REQUIRE(w.source->fetches.size() == 2U);
        credential next = two;
        bool landed = true;
        std::size_t asked = 0;
        {
            scripted::scarce_memory scarce(k);
            try {
                w.land(1, std::move(next));
            } catch (std::bad_alloc const&) {
                landed = false;
            }
            asked = scarce.end();
        }
        if (!landed) w.land(1, errc::connect_failed);  // then what is kept serves on
        w.run();
        BOOST_TEST(w.told.size() == 2U, "after allocation " << k << (landed ? ", landed" : ""));
        for (credential const& each : w.keys)
            BOOST_TEST((each == one || each == two), "after allocation " << k << ": " << each.access_key);
        if (asked < k) break;
        ++failures;
    }
    BOOST_TEST(failures >= 3U);
}

BOOST_AUTO_TEST_SUITE_END()
