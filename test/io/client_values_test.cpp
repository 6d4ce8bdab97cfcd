// SPDX-License-Identifier: BSL-1.0
// Every public option and value type, awaited as a temporary. GCC 12 destroys
// the temporaries of aggregate types in such an expression twice, so none is
// one; run under AddressSanitizer this shows it.
#include "system/support/rig.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

using namespace oms::test;

namespace {

template <class... T>
struct types {};

using contract = types<
    // task.hpp
    oms::task_ref, oms::stop_result, oms::error_details, oms::sub_error, oms::time_spent,
    // config.hpp
    oms::client_config, oms::tls_options, oms::proxy_options, oms::pool_options, oms::timeout_options,
    oms::retry_options, oms::throttle_options, oms::limit_options, oms::failed_try, oms::unlimited_t,
    // credentials.hpp
    oms::secret, oms::credential, oms::credential_request, oms::credential_handler, oms::metadata_options,
    oms::iam_options, oms::idp_options, oms::key_options, oms::agency_options,
    // client.hpp
    oms::call_options, oms::timeout_overrides, oms::retry_overrides, oms::request_header, oms::shutdown_options,
    oms::warm_up_options, oms::attempt_event, oms::start_keys, oms::task_info, oms::list_query, oms::task_page,
    oms::project_info,
    // metrics.hpp
    oms::duration_histogram, oms::reason_count, oms::client_metrics,
    // bulk.hpp
    oms::bulk_options, oms::confirm_options, oms::bulk_report, oms::bulk_counts, oms::bulk_progress, oms::failure_count,
    oms::failure_limit, oms::latency_percentiles,
    // observer.hpp
    oms::call_context, oms::call_begin_event, oms::call_end_event, oms::phase_event, oms::retry_event,
    oms::connection_event, oms::warning_event,
    // testing/simulator.hpp
    oms::testing::simulator_options, oms::testing::kind_options, oms::testing::kind_options::answer,
    oms::testing::agency, oms::testing::request_details, oms::testing::scripted_reply, oms::testing::ledger_entry,
    oms::testing::request_matcher>;

// Long enough to be on the heap, so that a second destructor is noticed.
std::string const words(100, 'w');

template <class T>
asio::awaitable<unsigned> by_value(T) {
    co_return 1;
}
template <class T>
asio::awaitable<unsigned> by_const_reference(T const&) {
    co_return 1;
}
template <class T>
asio::awaitable<unsigned> by_rvalue(T&&) {
    co_return 1;
}

template <class T>
asio::awaitable<unsigned> await_each_way() {
    static_assert(!std::is_aggregate_v<T>);
    static_assert(std::is_default_constructible_v<T>);
    static_assert(std::is_move_constructible_v<T>);
    unsigned awaited = co_await by_value(T());
    awaited += co_await by_const_reference(T());
    awaited += co_await by_rvalue<T>(T());
    co_return awaited;
}

template <class... T>
asio::awaitable<unsigned> await_all(types<T...>) {
    unsigned awaited = 0;
    ((awaited += co_await await_each_way<T>()), ...);
    co_return awaited;
}

template <class... T>
constexpr unsigned count(types<T...>) {
    return sizeof...(T);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_values, rig)

BOOST_AUTO_TEST_CASE(none_is_an_aggregate_and_each_can_be_awaited) {
    unsigned awaited = 0;
    run(context, [&]() -> asio::awaitable<void> { awaited = co_await await_all(contract()); });
    BOOST_TEST(awaited == 3 * count(contract()));
}

BOOST_AUTO_TEST_CASE(those_with_constructors_awaited_with_content) {
    unsigned awaited = 0;
    run(context, [&]() -> asio::awaitable<void> {
        awaited += co_await by_value(oms::task_ref(words, words, oms::task_kind::task_group, words));
        awaited += co_await by_const_reference(oms::sub_error(words, words));
        awaited += co_await by_value(oms::request_header(words, words));
        awaited += co_await by_value(oms::secret(words));
        awaited += co_await by_const_reference(oms::credential::from_keys(words, words, words));
        awaited += co_await by_value(oms::testing::kind_options::answer(400, words, words));
        awaited += co_await by_value(oms::testing::agency(words, words, std::vector<std::string>(1, words)));
        awaited += co_await by_value(oms::failure_limit::share(0.5));
        awaited += co_await by_value(oms::timeout_overrides(oms::timeout_options()));
        awaited += co_await by_value(oms::retry_overrides(oms::retry_options()));
        awaited += co_await by_value(oms::testing::task(oms::sync_task(words, words, words)));
        awaited += co_await by_value(oms::list_query(words, oms::task_kind::sync_task, words));
        awaited += co_await by_const_reference(oms::reason_count(words, 1));
        awaited += co_await by_value(oms::start_keys(words, words, words, words));
    });
    BOOST_TEST(awaited == 14U);
}

BOOST_AUTO_TEST_CASE(a_stop_from_temporaries_only) {
    run(context, [this]() -> asio::awaitable<void> {
        auto const project = oms::testing::simulator::project_id(0);
        oms::stop_result r = co_await client().async_stop(
            oms::task_ref(project, oms::testing::simulator::task_id(0, 0)), oms::call_options(), asio::use_awaitable);
        BOOST_TEST(r.outcome == oms::outcome::stopped);
        r = co_await client().async_stop(oms::sync_task(project, oms::testing::simulator::task_id(0, 1)),
                                         asio::use_awaitable);
        BOOST_TEST(r.outcome == oms::outcome::stopped);
    });
}

BOOST_AUTO_TEST_CASE(a_start_from_temporaries_only) {
    run(context, [this]() -> asio::awaitable<void> {
        auto const project = oms::testing::simulator::project_id(0);
        sim.add_task(oms::sync_task(project, words), "STOPPED");
        oms::stop_result r =
            co_await client().async_start(oms::sync_task(project, words), oms::start_keys("a", "b", "c", "d"),
                                          oms::call_options(), asio::use_awaitable);
        BOOST_TEST(r.outcome == oms::outcome::started);
        sim.add_task(oms::task_group(project, words), "3");
        r = co_await client().async_start(oms::task_group(project, words), oms::start_keys("", "", "c", "d"),
                                          asio::use_awaitable);
        BOOST_TEST(r.outcome == oms::outcome::started);
    });
}

BOOST_AUTO_TEST_CASE(each_kind_of_task_as_a_temporary) {
    run(context, [this]() -> asio::awaitable<void> {
        auto const project = oms::testing::simulator::project_id(0);
        sim.add_task(oms::migration_task(project, words));
        sim.add_task(oms::task_group(project, words));
        oms::stop_result r = co_await client().async_stop(oms::migration_task(project, words), asio::use_awaitable);
        BOOST_TEST(r.outcome == oms::outcome::stopped);
        r = co_await client().async_stop(oms::task_group(project, words), oms::call_options(), asio::use_awaitable);
        BOOST_TEST(r.outcome == oms::outcome::stopped);
    });
}

BOOST_AUTO_TEST_CASE(a_show_and_a_list_from_temporaries_only) {
    run(context, [this]() -> asio::awaitable<void> {
        auto const project = oms::testing::simulator::project_id(0);
        oms::task_info const info = co_await client().async_show(
            oms::task_ref(project, oms::testing::simulator::task_id(0, 0)), asio::use_awaitable);
        BOOST_TEST(info.status == "SYNCHRONIZING");
        oms::task_page const page = co_await client().async_list(oms::list_query(project), asio::use_awaitable);
        BOOST_TEST(page.total == 25u);
    });
}

BOOST_AUTO_TEST_CASE(a_token_adaptor_as_a_temporary) {
    run(context, [this]() -> asio::awaitable<void> {
        oms::stop_result r = co_await client().async_stop(task(0), oms::with_details(asio::use_awaitable));
        BOOST_TEST(r.outcome == oms::outcome::stopped);
        r = co_await client().async_stop(
            task(1), oms::with_details(asio::bind_executor(asio::make_strand(context), asio::use_awaitable)));
        BOOST_TEST(r.outcome == oms::outcome::stopped);
        bool thrown = false;
        try {
            co_await client().async_stop(oms::sync_task(words, ""), oms::with_details(asio::use_awaitable));
        } catch (oms::error_with_details const&) {
            thrown = true;
        }
        BOOST_TEST(thrown);
    });
}

BOOST_AUTO_TEST_CASE(a_failure_with_details_as_a_temporary) {
    run(context, [this]() -> asio::awaitable<void> {
        auto const result = co_await client().async_stop(oms::sync_task(oms::testing::simulator::project_id(0), words),
                                                         asio::as_tuple(asio::use_awaitable));
        oms::stop_result const copy = std::get<1>(result);
        BOOST_TEST(copy.details().body == std::get<1>(result).details().body);
        BOOST_TEST(!copy.details().body.empty());
        BOOST_TEST((co_await by_value(oms::stop_result(copy))) == 1u);
    });
}

BOOST_AUTO_TEST_CASE(a_bulk_from_temporaries_only) {
    run(context, [this]() -> asio::awaitable<void> {
        auto const result = co_await oms::async_stop_all(client(), std::vector<oms::task_ref>(sim.tasks()),
                                                         oms::bulk_options(), asio::as_tuple(asio::use_awaitable));
        BOOST_TEST(!std::get<0>(result));
        BOOST_TEST(std::get<1>(result).stopped == 100u);
        oms::bulk_report const again =
            co_await oms::async_stop_all(client(), sim.tasks(), oms::bulk_options(), asio::use_awaitable);
        BOOST_TEST(again.already_stopped == 100u);
    });
}

// The token left out is deferred, and the deferred operation is the temporary that is awaited.
BOOST_AUTO_TEST_CASE(each_operation_without_a_token) {
    run(context, [this]() -> asio::awaitable<void> {
        auto const project = oms::testing::simulator::project_id(0);
        auto const id = [](std::size_t n) { return oms::testing::simulator::task_id(0, n); };
        oms::client const& c = client();
        sim.add_task(oms::sync_task(project, words), "STOPPED");
        sim.add_task(oms::sync_task(project, words + "2"), "STOPPED");
        oms::start_keys const keys("a", "b", "c", "d");

        BOOST_TEST((co_await c.async_stop(oms::sync_task(project, id(0)))).outcome == oms::outcome::stopped);
        BOOST_TEST((co_await c.async_stop(oms::sync_task(project, id(1)), oms::call_options())).outcome ==
                   oms::outcome::stopped);
        BOOST_TEST((co_await c.async_start(oms::sync_task(project, words), oms::start_keys(keys))).outcome ==
                   oms::outcome::started);
        BOOST_TEST(
            (co_await c.async_start(oms::sync_task(project, words + "2"), oms::start_keys(keys), oms::call_options()))
                .outcome == oms::outcome::started);
        BOOST_TEST((co_await c.async_show(oms::sync_task(project, words))).task.task_id == words);
        BOOST_TEST((co_await c.async_show(oms::sync_task(project, words), oms::call_options())).task.task_id == words);
        BOOST_TEST((co_await c.async_list(oms::list_query(project))).total == 27U);
        BOOST_TEST((co_await c.async_list(oms::list_query(project), oms::call_options())).total == 27U);
        oms::task_list list = c.list_all(oms::list_query(project), oms::call_options());
        BOOST_TEST((co_await list.async_next()).has_value());
        std::vector<oms::task_ref> const some{oms::sync_task(project, id(2)), oms::sync_task(project, id(3))};
        BOOST_TEST((co_await oms::async_stop_all(c, some)).stopped == 2U);
        BOOST_TEST(
            (co_await oms::async_stop_all(c, std::vector<oms::task_ref>(some), oms::bulk_options())).already_stopped ==
            2U);
        auto once = c.async_show(oms::sync_task(project, words));
        auto again = once;
        BOOST_TEST((co_await std::move(once)).task.task_id == words);
        BOOST_TEST((co_await std::move(again)).task.task_id == words);
        BOOST_TEST((co_await c.async_warm_up()).attempts == 0U);
        BOOST_TEST((co_await c.async_warm_up(oms::warm_up_options())).outcome == oms::outcome::not_sent);
        co_await c.async_wait_idle();
        co_await c.async_shutdown();
        co_await c.async_shutdown(oms::duration(1s));
        co_await c.async_shutdown(oms::shutdown_options());
    });
}

// A deferred operation keeps what it needs of its client.
BOOST_AUTO_TEST_CASE(a_deferred_bulk_whose_client_is_gone) {
    std::optional<oms::client> c(std::in_place, context, oms::client_config(config));
    auto deferred = oms::async_stop_all(*c, sim.tasks());
    c.reset();
    bool completed = false;
    std::move(deferred)([&](oms::error_code code, oms::bulk_report const& report) {
        completed = true;
        BOOST_TEST((code == oms::errc::shut_down));
        BOOST_TEST(report.pulled == report.not_attempted);
    });
    context.run();
    BOOST_TEST(completed);
}

// A run that ended early throws, and what it did until then is in what it throws.
BOOST_AUTO_TEST_CASE(a_bulks_report_comes_with_its_failure) {
    run(context, [this]() -> asio::awaitable<void> {
        auto tasks = sim.tasks();
        tasks.resize(3);
        tasks.insert(tasks.begin() + 1, oms::sync_task(words, "no/id"));
        oms::bulk_options options;
        options.max_in_flight = 1;
        options.max_failures = 0;
        bool thrown = false;
        try {
            co_await oms::async_stop_all(client(), std::move(tasks), options, oms::with_details(asio::use_awaitable));
        } catch (oms::error_with_report const& e) {
            thrown = true;
            BOOST_TEST((e.code() == oms::errc::too_many_failures));
            BOOST_TEST(e.report().stopped == 1U);
            BOOST_TEST(e.report().not_sent == 1U);
            BOOST_TEST(e.report().not_attempted == 2U);
            BOOST_TEST(std::string(e.what()).ends_with("; of 4 tasks pulled: 1 stopped, 1 not sent, 2 not attempted"),
                       e.what());
            oms::error_with_report const copy = e;
            BOOST_TEST(&copy.report() == &e.report());
        }
        BOOST_TEST(thrown);
        oms::bulk_report const all =
            co_await oms::async_stop_all(client(), sim.tasks(), oms::with_details(asio::use_awaitable));
        BOOST_TEST(all.pulled == 100U);
    });
}

BOOST_AUTO_TEST_CASE(a_client_and_its_shutdown_from_temporaries_only) {
    run(context, [this]() -> asio::awaitable<void> {
        oms::client c(context, oms::client_config(config));
        co_await c.async_stop(task(0), oms::call_options(), asio::use_awaitable);
        co_await c.async_shutdown(oms::shutdown_options(), asio::use_awaitable);
        co_await client().async_shutdown(oms::duration(1s), asio::use_awaitable);
    });
}

BOOST_AUTO_TEST_SUITE_END()
