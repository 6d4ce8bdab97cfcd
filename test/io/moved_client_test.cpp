// SPDX-License-Identifier: BSL-1.0
// A client that was moved from says so, whatever is called.
#include <oms/oms.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

struct emptied {
    asio::io_context context;
    oms::client from{context, config()};
    oms::client to{std::move(from)};

    static oms::client_config config() {
        oms::client_config c;
        c.endpoint = "https://oms.test";
        c.credentials = oms::token_credentials("token");
        return c;
    }

    void says_so(std::function<void()> const& call) {
        BOOST_CHECK_EXCEPTION(call(), boost::system::system_error, [](boost::system::system_error const& e) {
            return e.code() == oms::errc::shut_down && std::string(e.what()).find("moved from") != std::string::npos;
        });
        BOOST_TEST(context.poll() == 0u);  // nothing was started
        context.restart();
    }
};

oms::task_ref const task = oms::sync_task("p", "t");

}  // namespace

BOOST_FIXTURE_TEST_SUITE(moved_client, emptied)

BOOST_AUTO_TEST_CASE(each_function_throws) {
    says_so([&] { from.async_stop(task, asio::detached); });
    says_so([&] { from.async_stop(task, oms::call_options(), asio::detached); });
    says_so([&] { static_cast<void>(from.async_stop(task, asio::deferred)); });
    oms::start_keys const keys("a", "b", "c", "d");
    says_so([&] { from.async_start(task, keys, asio::detached); });
    says_so([&] { from.async_start(task, keys, oms::call_options(), asio::detached); });
    says_so([&] { static_cast<void>(from.async_start(task, keys, asio::deferred)); });
    says_so([&] { from.async_show(task, asio::detached); });
    says_so([&] { from.async_list(oms::list_query("p"), asio::detached); });
    says_so([&] { from.async_find_project("cn-north-4", asio::detached); });
    says_so([&] { from.async_shutdown(1s, asio::detached); });
    says_so([&] { from.async_shutdown(oms::shutdown_options(), asio::detached); });
    says_so([&] { from.async_shutdown(asio::detached); });
    says_so([&] { from.async_wait_idle(asio::detached); });
    says_so([&] { from.async_warm_up(asio::detached); });
    says_so([&] { from.async_warm_up(oms::warm_up_options(), asio::detached); });
    says_so([&] { static_cast<void>(from.list_all(oms::list_query("p"))); });
    says_so([&] { static_cast<void>(from.metrics()); });
    says_so([&] { static_cast<void>(from.describe()); });
}

BOOST_AUTO_TEST_CASE(a_bulk_leaves_its_source_alone) {
    std::vector<oms::task_ref> tasks(3, task);
    says_so([&] { oms::async_stop_all(from, std::move(tasks), oms::bulk_options(), asio::detached); });
    BOOST_TEST(tasks.size() == 3u);
}

BOOST_AUTO_TEST_CASE(cancel_does_nothing_and_the_executor_is_empty) {
    from.cancel();
    BOOST_TEST(!from.get_executor());
    BOOST_TEST((to.get_executor() == context.get_executor()));
}

BOOST_AUTO_TEST_CASE(assigned_to_it_is_a_client_again) {
    from = std::move(to);
    unsigned calls = 0;
    from.async_shutdown(0s, [&](oms::error_code ec) { calls += !ec ? 1 : 100; });
    BOOST_TEST(context.run() > 0u);
    BOOST_TEST(calls == 1u);
    says_so([&] { to.async_show(task, asio::detached); });
}

BOOST_AUTO_TEST_CASE(a_list_that_was_moved_from_throws_likewise) {
    oms::task_list list = to.list_all(oms::list_query("p"));
    oms::task_list const other = std::move(list);
    says_so([&] { list.async_next(asio::detached); });
}

BOOST_AUTO_TEST_SUITE_END()
