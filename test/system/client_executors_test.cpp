// SPDX-License-Identifier: BSL-1.0
// Where and when handlers run.
#include "system/support/rig.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace oms::test;

BOOST_FIXTURE_TEST_SUITE(client_executors, rig)

namespace {

// Starts each of the client's operations with a handler; some are refused at once, since those tempt most.
template <class WithHandler>
void start_each(oms::client& c, oms::task_ref const& good, WithHandler bind) {
    c.async_stop(good, bind([](oms::error_code, oms::stop_result) {}));
    c.async_stop(oms::sync_task("", ""), bind([](oms::error_code, oms::stop_result) {}));
    oms::async_stop_all(c, std::vector<oms::task_ref>(), oms::bulk_options(),
                        bind([](oms::error_code, oms::bulk_report) {}));
    c.async_shutdown(5s, bind([](oms::error_code) {}));
    c.async_stop(good, bind([](oms::error_code, oms::stop_result) {}));  // shut down by now
}
constexpr unsigned started = 5;

template <class T>
struct counting {
    using value_type = T;
    unsigned* uses;

    explicit counting(unsigned* u) noexcept : uses(u) {}
    template <class U>
    counting(counting<U> const& other) noexcept : uses(other.uses) {}  // NOLINT(google-explicit-constructor)
    T* allocate(std::size_t n) {
        ++*uses;
        return std::allocator<T>().allocate(n);
    }
    void deallocate(T* p, std::size_t n) { std::allocator<T>().deallocate(p, n); }
    bool operator==(counting const&) const = default;
};

// Wraps a handler so that it records where it ran.
struct recorder {
    std::function<bool()> here;
    std::atomic<unsigned> calls = 0, there = 0;

    template <class Executor>
    auto bound_to(Executor executor) {
        return [this, executor](auto) {
            return asio::bind_executor(executor, [this](auto&&...) {
                if (here()) ++there;
                ++calls;
            });
        };
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(without_one_of_their_own_they_run_on_the_clients) {
    std::thread::id const test = std::this_thread::get_id();
    unsigned calls = 0;
    start_each(client(), task(0), [&](auto) {
        return [&](auto&&...) {
            BOOST_TEST(context.get_executor().running_in_this_thread());
            BOOST_TEST((std::this_thread::get_id() == test));
            ++calls;
        };
    });
    BOOST_TEST(calls == 0u);
    BOOST_TEST(run_until(context, [&] { return calls == started; }));
}

// As coroutines and I/O objects name it.
BOOST_AUTO_TEST_CASE(on_the_clients_own_by_name) {
    recorder r{[this] { return context.get_executor().running_in_this_thread(); }};
    start_each(client(), task(0), r.bound_to(client().get_executor()));
    BOOST_TEST(r.calls == 0u);
    BOOST_TEST(run_until(context, [&] { return r.calls == started; }));
    BOOST_TEST(r.there == started);
}

BOOST_AUTO_TEST_CASE(what_else_is_associated_with_a_handler_counts_beside_the_clients_executor) {
    unsigned uses = 0;
    asio::cancellation_signal signal;
    std::optional<oms::error_code> code;
    client().async_stop(
        task(0),
        asio::bind_executor(
            client().get_executor(),
            asio::bind_cancellation_slot(
                signal.slot(), asio::bind_allocator(counting<char>{&uses},
                                                    [&](oms::error_code ec, oms::stop_result const&) { code = ec; }))));
    signal.emit(asio::cancellation_type::terminal);
    BOOST_TEST(run_until(context, [&] { return code.has_value(); }));
    BOOST_TEST(*code == oms::condition::cancelled);
    BOOST_TEST(uses > 0u);
}

BOOST_AUTO_TEST_CASE(on_another_context) {
    asio::io_context other{1};
    auto& c = client();
    background const clients_thread(context);
    recorder seen;
    seen.here = [&] { return other.get_executor().running_in_this_thread(); };
    start_each(c, task(0), seen.bound_to(other.get_executor()));
    BOOST_TEST(run_until(other, [&] { return seen.calls == started; }));
    BOOST_TEST(seen.there == started);
}

BOOST_AUTO_TEST_CASE(work_is_counted_on_the_handlers_context) {
    asio::io_context other{1};
    auto& c = client();
    unsigned calls = 0;
    c.async_stop(task(0), asio::bind_executor(other, [&](oms::error_code, oms::stop_result) { ++calls; }));
    background const clients_thread(context);
    other.run_for(patience);  // returns only because the handler has run
    BOOST_TEST(other.stopped());
    BOOST_TEST(calls == 1u);
}

BOOST_AUTO_TEST_CASE(on_a_strand) {
    auto const strand = asio::make_strand(context);
    recorder seen;
    seen.here = [&] { return strand.running_in_this_thread(); };
    start_each(client(), task(0), seen.bound_to(strand));
    BOOST_TEST(run_until(context, [&] { return seen.calls == started; }));
    BOOST_TEST(seen.there == started);
}

BOOST_AUTO_TEST_CASE(on_a_thread_pool) {
    asio::thread_pool pool(2);
    auto& c = client();
    background const clients_thread(context);
    recorder seen;
    seen.here = [&] { return pool.get_executor().running_in_this_thread(); };
    start_each(c, task(0), seen.bound_to(pool.get_executor()));
    BOOST_TEST(becomes_true([&] { return seen.calls == started; }));
    BOOST_TEST(seen.there == started);
    pool.join();
}

BOOST_AUTO_TEST_CASE(of_a_client_on_a_thread_pool) {
    asio::thread_pool pool(2);
    {
        oms::client c(pool, config);
        recorder seen;
        seen.here = [&] { return context.get_executor().running_in_this_thread(); };
        start_each(c, task(0), seen.bound_to(context.get_executor()));
        BOOST_TEST(run_until(context, [&] { return seen.calls == started; }));
        BOOST_TEST(seen.there == started);
    }
    pool.join();
}

BOOST_AUTO_TEST_CASE(never_inside_the_initiating_function) {
    bool initiating = false;
    unsigned calls = 0, inside = 0;
    asio::post(context, [&] {  // on the client's own executor, where an early completion could run at once
        initiating = true;
        start_each(client(), task(0), [&](auto) {
            return [&](auto&&...) {
                inside += initiating ? 1 : 0;
                ++calls;
            };
        });
        initiating = false;
    });
    BOOST_TEST(run_until(context, [&] { return calls == started; }));
    BOOST_TEST(inside == 0u);
}

BOOST_AUTO_TEST_CASE(never_inside_cancel) {
    sim.on(oms::testing::any()).no_reply();
    unsigned calls = 0;
    for (std::size_t i = 0; i < 10; ++i) {
        client().async_stop(task(i % 4, i), [&](oms::error_code ec, oms::stop_result) {
            BOOST_TEST((ec == oms::errc::cancelled));
            ++calls;
        });
    }
    BOOST_TEST(run_until(context, [&] { return sim.requests() == 4; }));
    bool done = false;
    asio::post(context, [&] {
        client().cancel();
        BOOST_TEST(calls == 0u);
        done = true;
    });
    BOOST_TEST(run_until(context, [&] { return done && calls == 10; }));
}

BOOST_AUTO_TEST_CASE(callbacks_of_a_bulk_run_where_its_handler_does) {
    asio::io_context other{1};
    auto& c = client();
    background const clients_thread(context);
    bool elsewhere = false, ended = false;
    unsigned results = 0, progress = 0;
    oms::bulk_options options;
    auto const look = [&] { elsewhere = elsewhere || ended || !other.get_executor().running_in_this_thread(); };
    options.on_result = [&](oms::task_ref const&, oms::error_code, oms::stop_result const&) { look(), ++results; };
    options.on_progress = [&](oms::bulk_progress const&) { look(), ++progress; };
    oms::async_stop_all(c, sim.tasks(), options, asio::bind_executor(other, [&](oms::error_code, oms::bulk_report) {
                            look();
                            ended = true;
                        }));
    BOOST_TEST(run_until(other, [&] { return ended; }));
    BOOST_TEST(!elsewhere);
    BOOST_TEST(results == 100u);
    BOOST_TEST(progress >= 1u);
}

BOOST_AUTO_TEST_SUITE_END()
