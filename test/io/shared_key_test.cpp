// SPDX-License-Identifier: BSL-1.0
//
// One that fetches a key for all, and is given up while its answer is on the way.
#include "auth/shared_key.hpp"
#include "transport/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
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

    key_world() : network(std::make_shared<auth::http_fetcher>(ways(), "test")) {}

    auth::http_fetcher::ways ways() {
        auth::http_fetcher::ways result;
        result.make_clock = [this] { return transport::make_system_clock(context.get_executor()); };
        return result;
    }

    void ask(std::string const& who) {
        credential_request request;
        request.executor = context.get_executor();
        request.network = network;
        source->async_get(std::move(request), credential_handler([this, who](error_code code, credential const&) {
                              told.push_back(who + (code ? " has none" : " has it"));
                          }));
    }
    void run() {
        context.restart();
        context.poll();
    }
    void land(std::size_t fetch) {
        source->land(source->fetches.at(fetch), *network->now(), errc::out_of_memory, {}, {});
    }
};

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

BOOST_AUTO_TEST_SUITE_END()
