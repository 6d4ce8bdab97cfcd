// SPDX-License-Identifier: BSL-1.0
// Every style of completion token, once for each operation.
#include "system/support/counting_allocator.hpp"
#include "system/support/rig.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

using namespace oms::test;

namespace {

// Stops task 0 of project 0 in each case, and names one that the service does not know.
struct setup : rig {
    oms::task_ref const one = task(0);
    oms::task_ref const unknown = oms::sync_task(one.project_id, "no-such-task");

    void check(oms::error_code code, oms::stop_result const& r) {
        BOOST_TEST(!code, code.message());
        check(r);
    }
    void check(oms::stop_result const& r) {
        BOOST_TEST(r.outcome == oms::outcome::stopped);
        BOOST_TEST(r.http_status == 200u);
        BOOST_TEST(r.attempts == 1u);
        BOOST_TEST(r.phase == oms::phase::done);
        BOOST_TEST(!r.request_id.empty());
        BOOST_TEST(sim.stops(one) == 1u);
    }
    void check(oms::error_with_details const& e) {
        BOOST_TEST(
            (std::string(e.what()).find("; task " + e.task().project_id + '/' + e.task().task_id) != std::string::npos),
            e.what());
        BOOST_TEST((e.code() == oms::condition::not_found));
        BOOST_TEST(e.result().outcome == oms::outcome::refused);
        BOOST_TEST(e.result().service_code == "OMS.1009");
        std::string_view const what = e.what();
        BOOST_TEST(what.find("OMS.1009") != what.npos, what);
        BOOST_TEST(what.find(e.result().request_id) != what.npos, what);
        BOOST_TEST(what.find(sim.token(one.project_id)) == what.npos, what);
    }
    void check(std::exception_ptr failure) {
        BOOST_REQUIRE(failure);
        try {
            std::rethrow_exception(failure);
        } catch (oms::error_with_details const& e) {
            check(e);
        }
    }
    void check(oms::bulk_report const& r) {
        BOOST_TEST(r.pulled == 100u);
        BOOST_TEST(r.stopped == 100u);
        for (oms::task_ref const& each : sim.tasks())
            BOOST_TEST(sim.stops(each) == 1u);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_tokens, setup)

BOOST_AUTO_TEST_CASE(stop_with_a_callback) {
    stop_receipt got;
    client().async_stop(one, got.handler());
    BOOST_TEST(got.calls == 0u);
    BOOST_TEST(run_until(context, [&] { return got.calls > 0; }));
    check(got.code, got.result);
}

BOOST_AUTO_TEST_CASE(stop_with_use_future) {
    auto& c = client();
    background const thread(context);
    check(get(c.async_stop(one, asio::use_future)));
}

BOOST_AUTO_TEST_CASE(stop_with_use_future_throws_the_code) {
    auto& c = client();
    background const thread(context);
    BOOST_CHECK_EXCEPTION(get(c.async_stop(unknown, asio::use_future)), boost::system::system_error,
                          [](auto const& e) { return e.code() == oms::condition::not_found; });
}

BOOST_AUTO_TEST_CASE(stop_with_use_awaitable) {
    run(context, [this]() -> asio::awaitable<void> { check(co_await client().async_stop(one, asio::use_awaitable)); });
}

BOOST_AUTO_TEST_CASE(stop_with_as_tuple) {
    run(context, [this]() -> asio::awaitable<void> {
        auto const result = co_await client().async_stop(one, asio::as_tuple(asio::use_awaitable));
        check(std::get<0>(result), std::get<1>(result));
    });
}

BOOST_AUTO_TEST_CASE(stop_with_as_tuple_has_the_result_of_a_failure) {
    run(context, [this]() -> asio::awaitable<void> {
        auto const result = co_await client().async_stop(unknown, asio::as_tuple(asio::use_awaitable));
        BOOST_TEST((std::get<0>(result) == oms::condition::not_found));
        BOOST_TEST(std::get<1>(result).outcome == oms::outcome::refused);
        BOOST_TEST(std::get<1>(result).service_code == "OMS.1009");
    });
}

BOOST_AUTO_TEST_CASE(stop_with_deferred_starts_when_told_to) {
    auto operation = client().async_stop(one, asio::deferred);
    BOOST_TEST(run_out(context));
    BOOST_TEST(sim.connections() == 0u);
    stop_receipt got;
    std::move(operation)(got.handler());
    BOOST_TEST(run_until(context, [&] { return got.calls > 0; }));
    check(got.code, got.result);
}

BOOST_AUTO_TEST_CASE(stop_with_deferred_awaited) {
    run(context, [this]() -> asio::awaitable<void> { check(co_await client().async_stop(one, asio::deferred)); });
}

BOOST_AUTO_TEST_CASE(stop_in_a_stackful_coroutine) {
    bool ended = false;
    asio::spawn(
        context, [this](asio::yield_context yield) { check(client().async_stop(one, yield)); },
        [&](std::exception_ptr e) { ended = !e; });
    BOOST_TEST(run_until(context, [&] { return ended; }));
}

BOOST_AUTO_TEST_CASE(stop_in_a_stackful_coroutine_with_a_code) {
    bool ended = false;
    asio::spawn(
        context,
        [this](asio::yield_context yield) {
            oms::error_code code;
            auto const r = client().async_stop(unknown, yield[code]);
            BOOST_TEST((code == oms::condition::not_found));
            BOOST_TEST(r.outcome == oms::outcome::refused);
        },
        [&](std::exception_ptr e) { ended = !e; });
    BOOST_TEST(run_until(context, [&] { return ended; }));
}

BOOST_AUTO_TEST_CASE(stop_with_a_bound_executor) {
    asio::io_context other{1};
    auto& c = client();
    background const thread(context);
    bool there = false;
    stop_receipt got;
    c.async_stop(one, asio::bind_executor(other, [&](oms::error_code ec, oms::stop_result r) {
                     there = other.get_executor().running_in_this_thread();
                     got.handler()(ec, std::move(r));
                 }));
    BOOST_TEST(run_until(other, [&] { return got.calls > 0; }));
    BOOST_TEST(there);
    check(got.code, got.result);
}

BOOST_AUTO_TEST_CASE(stop_with_a_bound_allocator) {
    allocation_counts counts;
    stop_receipt got;
    std::size_t alive_in_handler = 1;
    client().async_stop(
        one, asio::bind_allocator(counting_allocator<void>(counts), [&](oms::error_code ec, oms::stop_result r) {
            alive_in_handler = counts.alive;
            got.handler()(ec, std::move(r));
        }));
    BOOST_TEST(counts.total > 0u);
    BOOST_TEST(run_until(context, [&] { return got.calls > 0; }));
    BOOST_TEST(alive_in_handler == 0u);  // as all of Asio: the handler may start the next with the same memory
    check(got.code, got.result);
}

BOOST_AUTO_TEST_CASE(stop_with_details_awaited) {
    bool thrown = false;
    run(context, [&]() -> asio::awaitable<void> {
        try {
            co_await client().async_stop(unknown, oms::with_details(asio::use_awaitable));
        } catch (oms::error_with_details const& e) {
            thrown = true;
            check(e);
        }
    });
    BOOST_TEST(thrown);
}

BOOST_AUTO_TEST_CASE(stop_with_details_succeeds_as_without) {
    run(context, [this]() -> asio::awaitable<void> {
        check(co_await client().async_stop(one, oms::with_details(asio::use_awaitable)));
    });
}

BOOST_AUTO_TEST_CASE(stop_with_details_in_a_callback) {
    unsigned calls = 0;
    client().async_stop(unknown, oms::with_details([&](std::exception_ptr failure, oms::stop_result r) {
                            ++calls;
                            check(failure);
                            BOOST_TEST(r.service_code == "OMS.1009");
                        }));
    BOOST_TEST(run_until(context, [&] { return calls > 0; }));
    client().async_stop(one, oms::with_details([&](std::exception_ptr failure, oms::stop_result r) {
                            ++calls;
                            BOOST_TEST(!failure);
                            check(r);
                        }));
    BOOST_TEST(run_until(context, [&] { return calls > 1; }));
}

BOOST_AUTO_TEST_CASE(stop_with_details_in_a_future) {
    auto& c = client();
    background const thread(context);
    BOOST_CHECK_EXCEPTION(get(c.async_stop(unknown, oms::with_details(asio::use_future))), oms::error_with_details,
                          [this](auto const& e) {
                              check(e);
                              return true;
                          });
}

BOOST_AUTO_TEST_CASE(stop_with_details_keeps_the_bound_executor) {
    asio::io_context other{1};
    auto& c = client();
    background const thread(context);
    bool there = false;
    unsigned calls = 0;
    c.async_stop(one, oms::with_details(asio::bind_executor(other, [&](std::exception_ptr, oms::stop_result) {
                     there = other.get_executor().running_in_this_thread();
                     ++calls;
                 })));
    BOOST_TEST(run_until(other, [&] { return calls > 0; }));
    BOOST_TEST(there);
}

BOOST_AUTO_TEST_CASE(shutdown_with_a_callback) {
    unsigned calls = 0;
    client().async_shutdown(1s, [&](oms::error_code ec) {
        ++calls;
        BOOST_TEST(!ec, ec.message());
    });
    BOOST_TEST(calls == 0u);
    BOOST_TEST(run_until(context, [&] { return calls > 0; }));
}

BOOST_AUTO_TEST_CASE(shutdown_awaited) {
    run(context, [this]() -> asio::awaitable<void> {
        check(co_await client().async_stop(one, asio::use_awaitable));
        co_await client().async_shutdown(oms::shutdown_options(), asio::use_awaitable);
    });
    BOOST_TEST(run_out(context));
}

BOOST_AUTO_TEST_CASE(shutdown_with_use_future) {
    auto& c = client();
    background const thread(context);
    get(c.async_shutdown(1s, asio::use_future));
}

BOOST_AUTO_TEST_CASE(stop_all_with_a_callback) {
    bulk_receipt got;
    oms::async_stop_all(client(), sim.tasks(), oms::bulk_options(), got.handler());
    BOOST_TEST(got.calls == 0u);
    BOOST_TEST(run_until(context, [&] { return got.calls > 0; }));
    BOOST_TEST(!got.code, got.code.message());
    check(got.result);
}

BOOST_AUTO_TEST_CASE(stop_all_with_as_tuple) {
    run(context, [this]() -> asio::awaitable<void> {
        auto const result = co_await oms::async_stop_all(client(), sim.tasks(), oms::bulk_options(),
                                                         asio::as_tuple(asio::use_awaitable));
        BOOST_TEST(!std::get<0>(result));
        check(std::get<1>(result));
    });
}

BOOST_AUTO_TEST_CASE(stop_all_with_use_future) {
    auto& c = client();
    background const thread(context);
    check(get(oms::async_stop_all(c, sim.tasks(), oms::bulk_options(), asio::use_future)));
}

BOOST_AUTO_TEST_CASE(stop_all_with_deferred) {
    auto operation = oms::async_stop_all(client(), sim.tasks(), oms::bulk_options(), asio::deferred);
    BOOST_TEST(run_out(context));
    BOOST_TEST(sim.connections() == 0u);
    bulk_receipt got;
    std::move(operation)(got.handler());
    BOOST_TEST(run_until(context, [&] { return got.calls > 0; }));
    check(got.result);
}

BOOST_AUTO_TEST_SUITE_END()
