// SPDX-License-Identifier: BSL-1.0
//
// Whatever ends, in whatever order: the client, its context, the context that
// its handlers run in, a provider's thread, the source of a bulk, the observer.
// Nothing is touched that is gone, and a handler is called exactly where it
// should be. Contexts run only where the test says so; another thread's step is
// where the test has it.
#include "client/client_core.hpp"
#include "io/harness/slow_parts.hpp"
#include "system/support/rig.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace oms::test;
using oms::scripted::slow_provider;
using oms::scripted::slow_source;
using oms::testing::any;

namespace {

template <class F>
void on_a_thread(F f) {
    std::thread(std::move(f)).join();
}

struct watcher final : oms::observer {
    unsigned ends = 0;
    void on_call_end(oms::call_end_event const&) noexcept override { ++ends; }
};

enum class operation { stop, start, show, list_all, find_project, bulk, shutdown, wait_idle, warm_up };
enum class part { client, own_context, handlers_context, provider, source, observer };

constexpr std::array operations{operation::stop,     operation::start,        operation::show,
                                operation::list_all, operation::find_project, operation::bulk,
                                operation::shutdown, operation::wait_idle,    operation::warm_up};
constexpr std::array names{"stop", "start",    "show",      "list_all", "find_project",
                           "bulk", "shutdown", "wait_idle", "warm_up"};
constexpr std::array part_names{"client", "own context", "handlers' context", "provider", "source", "observer"};

// One operation under way, whose handler runs in another context than its client's.
struct scene {
    std::optional<asio::io_context> own{std::in_place};
    std::optional<asio::io_context> theirs{std::in_place};
    std::shared_ptr<slow_provider> provider = std::make_shared<slow_provider>();
    std::unique_ptr<slow_source> source = std::make_unique<slow_source>(oms::sync_task("p", "t"));
    std::shared_ptr<watcher> observer = std::make_shared<watcher>();
    std::optional<oms::client> client;
    std::optional<oms::task_list> list;
    bool running = false;  // the handlers' context
    unsigned called = 0;
    bool elsewhere = false;  // a handler was called where it should not be
    std::shared_ptr<int> life = std::make_shared<int>();

    scene(oms::client_config config, bool asks) {
        config.observer = observer;
        if (asks) config.credentials = provider;
        client.emplace(*own, std::move(config));
    }

    void run_theirs() {
        running = true;
        theirs->restart();
        theirs->poll();
        running = false;
    }
    auto handler() {
        return asio::bind_executor(theirs->get_executor(), [this, life = life](oms::error_code, auto&&...) {
            ++called;
            elsewhere = elsewhere || !running;
        });
    }

    void begin(operation what) {
        auto const task = oms::sync_task("p", "t");
        switch (what) {
            case operation::stop:
                return client->async_stop(task, handler());
            case operation::start:
                return client->async_start(task, oms::start_keys("a", "b", "c", "d"), handler());
            case operation::show:
                return client->async_show(task, handler());
            case operation::list_all:
                list.emplace(client->list_all(oms::list_query("p")));
                return list->async_next(handler());
            case operation::find_project:
                return client->async_find_project("cn-north-4", handler());
            case operation::bulk:
                return oms::async_stop_all(*client, std::ref(*source), oms::bulk_options(), handler());
            case operation::shutdown:
                begin_a_stop();
                return client->async_shutdown(patient(), handler());
            case operation::wait_idle:
                begin_a_stop();
                return client->async_wait_idle(handler());
            case operation::warm_up:
                return client->async_warm_up(handler());
        }
    }
    // What a shutdown and a wait wait for.
    void begin_a_stop() {
        client->async_stop(oms::sync_task("p", "t"),
                           asio::bind_executor(*theirs, [](oms::error_code, oms::stop_result const&) {}));
        own->poll();
    }
    static oms::shutdown_options patient() {
        oms::shutdown_options result;
        result.finish_unsent = true;
        result.drain_for = 1h;
        return result;
    }

    void end(part p) {
        switch (p) {
            case part::client:
                return client.reset();
            case part::own_context:
                return own.reset();
            case part::handlers_context:
                run_theirs();
                return theirs.reset();
            case part::provider:
                return on_a_thread([this] {
                    provider->answer();
                    provider.reset();
                });
            case part::source:
                return on_a_thread([this] {
                    if (source) source->end();
                });
            case part::observer:
                return observer.reset();
        }
    }
};

// Whether the handler must have been called: by the time that its context ended, its client had been destroyed, and
// had not lost its own context before.
bool completes(std::vector<part> const& order) {
    auto const at = [&](part p) { return std::find(order.begin(), order.end(), p); };
    return at(part::client) < at(part::own_context) && at(part::client) < at(part::handlers_context);
}

std::string text_of(operation what, std::vector<part> const& order) {
    std::string text = names[static_cast<std::size_t>(what)];
    for (part const p : order)
        text += std::string(", ") + part_names[static_cast<std::size_t>(p)];
    return text;
}

// Each order of their ends, for each operation that `make` sets a scene for.
template <class Make>
unsigned each_order(std::vector<part> order, Make make) {
    unsigned tried = 0;
    for (operation const what : operations) {
        std::sort(order.begin(), order.end());
        do {
            std::unique_ptr<scene> const now = make(what);
            if (!now) break;
            BOOST_TEST_CONTEXT(text_of(what, order)) {
                BOOST_REQUIRE(now->called == 0u);
                for (part const p : order)
                    now->end(p);
                BOOST_TEST(now->called == (completes(order) ? 1u : 0u));
                BOOST_TEST(!now->elsewhere);
                now->list.reset();
                BOOST_TEST(now->life.use_count() == 1);
                ++tried;
            }
        } while (std::next_permutation(order.begin(), order.end()));
    }
    return tried;
}

struct setup {
    oms::testing::simulator sim{running(1, 1)};
    oms::client_config config = config_for(sim);
};

// Holds whoever tells it something until the test lets go.
struct holding final : oms::observer {
    std::promise<void> came;
    std::promise<void> go;
    std::thread::id who;
    std::atomic<bool> done = false;

    void hold() noexcept {
        if (std::this_thread::get_id() != who || done.exchange(true)) return;
        came.set_value();
        go.get_future().wait();
    }
    void on_call_begin(oms::call_begin_event const&) noexcept override { hold(); }
    void on_phase(oms::phase_event const&) noexcept override { hold(); }
    void on_call_end(oms::call_end_event const&) noexcept override { hold(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(teardown, setup)

BOOST_AUTO_TEST_CASE(in_any_order_while_a_provider_is_asked) {
    unsigned const tried = each_order(
        {part::client, part::own_context, part::handlers_context, part::provider, part::source}, [&](operation what) {
            if (what == operation::warm_up) return std::unique_ptr<scene>();  // asks none
            auto now = std::make_unique<scene>(config, true);
            now->begin(what);
            for (int i = 0; i < 4; ++i) {
                now->own->restart();
                now->own->poll();
                now->run_theirs();
            }
            BOOST_REQUIRE(now->provider->asked() == 1u);
            return now;
        });
    BOOST_TEST(tried == 960u);
}

BOOST_AUTO_TEST_CASE(in_any_order_while_a_request_is_under_way) {
    sim.on(any()).no_reply();
    unsigned const tried =
        each_order({part::client, part::own_context, part::handlers_context, part::observer}, [&](operation what) {
            if (what == operation::find_project || what == operation::warm_up) return std::unique_ptr<scene>();
            auto now = std::make_unique<scene>(config, false);
            auto const before = sim.requests();
            now->begin(what);
            BOOST_REQUIRE(run_until(*now->own, [&] {
                now->run_theirs();
                return sim.requests() > before;
            }));
            return now;
        });
    BOOST_TEST(tried == 168u);
}

BOOST_AUTO_TEST_CASE(in_any_order_while_it_logs_in) {
    sim.on(any()).no_reply();
    unsigned const tried =
        each_order({part::client, part::own_context, part::handlers_context, part::source}, [&](operation what) {
            if (what == operation::find_project || what == operation::warm_up) return std::unique_ptr<scene>();
            oms::iam_options log_in;
            log_in.endpoint = sim.iam_endpoint();
            log_in.domain = "domain";
            log_in.user = "user";
            log_in.password = oms::secret("password");
            config.credentials = oms::iam_token_credentials(log_in);
            auto now = std::make_unique<scene>(config, false);
            auto const before = sim.requests();
            now->begin(what);
            BOOST_REQUIRE(run_until(*now->own, [&] {
                now->run_theirs();
                return sim.requests() > before;
            }));
            return now;
        });
    BOOST_TEST(tried == 168u);
}

BOOST_AUTO_TEST_CASE(in_any_order_while_connections_are_opened) {
    config.pool.min_connections = 3;
    unsigned const tried =
        each_order({part::client, part::own_context, part::handlers_context, part::observer}, [&](operation what) {
            auto now = what == operation::warm_up ? std::make_unique<scene>(config, false) : nullptr;
            if (now) now->begin(what);
            return now;
        });
    BOOST_TEST(tried == 24u);
}

// The provider's thread is inside the client, and there in a function of the user's, while the context ends: which
// does not wait for it.
BOOST_AUTO_TEST_CASE(a_context_ends_beside_a_provider_that_answers) {
    auto const watching = std::make_shared<holding>();
    auto const provider = std::make_shared<slow_provider>();
    config.observer = watching;
    config.credentials = provider;
    std::optional<asio::io_context> context(std::in_place);
    std::optional<oms::client> client(std::in_place, *context, config);
    auto const life = std::make_shared<int>();
    unsigned called = 0;
    client->async_stop(oms::sync_task("p", "t"), [&, life](oms::error_code, oms::stop_result const&) { ++called; });
    std::promise<void> begin;
    std::thread thread([&, may = begin.get_future()] {
        may.wait();
        provider->answer();
    });
    watching->who = thread.get_id();
    begin.set_value();
    watching->came.get_future().wait();
    context.reset();
    BOOST_TEST(life.use_count() == 1);
    watching->go.set_value();
    thread.join();
    client.reset();
    BOOST_TEST(called == 0u);
}

// The same of a thread that cancels, which has the handlers in its hands.
BOOST_AUTO_TEST_CASE(a_context_ends_beside_a_thread_that_cancels) {
    for (bool const destroys : {false, true}) {
        auto const watching = std::make_shared<holding>();
        auto const provider = std::make_shared<slow_provider>();
        config.observer = watching;
        config.credentials = provider;
        std::optional<asio::io_context> context(std::in_place);
        std::optional<oms::client> client(std::in_place, *context, config);
        auto const life = std::make_shared<int>();
        unsigned called = 0;
        for (int i = 0; i < 3; ++i) {
            client->async_stop(oms::sync_task("p", "t"),
                               asio::bind_executor(asio::make_strand(*context),
                                                   [&, life](oms::error_code, oms::stop_result const&) { ++called; }));
        }
        std::promise<void> begin;
        std::thread thread([&, may = begin.get_future()] {
            may.wait();
            destroys ? client.reset() : static_cast<void>(client->cancel());
        });
        watching->who = thread.get_id();
        begin.set_value();
        watching->came.get_future().wait();
        context.reset();
        BOOST_TEST(life.use_count() == 1);
        watching->go.set_value();
        thread.join();
        client.reset();
        BOOST_TEST(called == 0u);
    }
}

// The same of one that starts something.
BOOST_AUTO_TEST_CASE(a_context_ends_beside_a_thread_that_starts) {
    for (operation const what : operations) {
        bool const waits = what == operation::shutdown || what == operation::wait_idle || what == operation::warm_up;
        if (what == operation::bulk || waits) continue;
        BOOST_TEST_CONTEXT(names[static_cast<std::size_t>(what)]) {
            auto const watching = std::make_shared<holding>();
            scene now(config, true);
            config.observer = watching;
            config.credentials = now.provider;
            now.client.emplace(*now.own, config);
            std::promise<void> begin;
            std::thread thread([&, may = begin.get_future()] {
                may.wait();
                now.begin(what);
            });
            watching->who = thread.get_id();
            begin.set_value();
            watching->came.get_future().wait();
            now.own.reset();
            watching->go.set_value();
            thread.join();
            now.list.reset();
            now.run_theirs();
            BOOST_TEST(now.called == 0u);
            BOOST_TEST(now.life.use_count() == 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_bulk_completes_though_its_clients_context_is_gone) {
    sim.on(any()).no_reply();
    scene now(config, false);
    oms::bulk_report report;
    oms::error_code code;
    oms::async_stop_all(*now.client, sim.tasks(), oms::bulk_options(),
                        asio::bind_executor(*now.theirs, [&](oms::error_code ec, oms::bulk_report r) {
                            ++now.called;
                            code = ec;
                            report = std::move(r);
                        }));
    BOOST_REQUIRE(run_until(*now.own, [&] {
        now.run_theirs();
        return sim.requests() > 0;
    }));
    now.client.reset();
    now.own->restart();
    now.own->poll();
    now.own.reset();
    now.run_theirs();
    BOOST_TEST(now.called == 1u);
    BOOST_TEST((code == oms::errc::shut_down));
    BOOST_TEST(report.pulled == 1u);
    BOOST_TEST(report.unknown == 1u);
}

BOOST_AUTO_TEST_CASE(an_operation_ends_with_the_context_of_its_handler) {
    sim.on(any()).no_reply();
    scene now(config, false);
    now.begin(operation::stop);
    BOOST_REQUIRE(run_until(*now.own, [&] { return sim.requests() > 0; }));
    now.theirs.reset();
    BOOST_TEST(now.life.use_count() == 1);
    BOOST_TEST(now.observer->ends == 1u);
    auto const numbers = now.client->metrics();
    BOOST_TEST(numbers.waiting + numbers.in_flight == 0u);
    BOOST_TEST(numbers.completions.size() == 1u);
    BOOST_TEST(numbers.completions.front().reason == "cancelled");
    // The client serves on, also handlers of another such context.
    sim.clear_faults();
    now.theirs.emplace();
    now.begin(operation::stop);
    BOOST_TEST(run_until(*now.own, [&] {
        now.run_theirs();
        return now.called == 1;
    }));
}

BOOST_AUTO_TEST_CASE(a_context_is_looked_up_once_and_known_by_more_than_its_address) {
    scene now(config, true);
    auto& core = *oms::detail::bulk_access::core(*now.client);
    std::optional<asio::io_context> other(std::in_place);
    auto const first = core.gate_into(*other);
    BOOST_TEST((core.gate_into(*other) == first));
    BOOST_TEST((core.gate_into(*now.theirs) != first));
    other.reset();
    BOOST_TEST(first->closed());
    other.emplace();  // in the same place
    BOOST_TEST(!core.gate_into(*other)->closed());
}

BOOST_AUTO_TEST_CASE(a_cancelled_handler_of_another_context) {
    sim.on(any()).no_reply();
    scene now(config, false);
    asio::cancellation_signal signal;
    oms::error_code code;
    now.client->async_stop(
        oms::sync_task("p", "t"),
        asio::bind_cancellation_slot(signal.slot(),
                                     asio::bind_executor(*now.theirs, [&](oms::error_code ec, oms::stop_result const&) {
                                         ++now.called;
                                         code = ec;
                                     })));
    BOOST_REQUIRE(run_until(*now.own, [&] { return sim.requests() > 0; }));
    signal.emit(asio::cancellation_type::terminal);
    BOOST_TEST(now.called == 0u);
    now.run_theirs();
    BOOST_TEST(now.called == 1u);
    BOOST_TEST((code == oms::errc::cancelled));
}

BOOST_AUTO_TEST_CASE(a_client_on_a_strand_outlives_its_context) {
    std::optional<asio::io_context> context(std::in_place);
    oms::client client(asio::make_strand(*context), config);
    context.reset();
    BOOST_TEST(!client.get_executor());
    BOOST_TEST(!client.describe().empty());
    BOOST_TEST(client.metrics().waiting == 0u);
    auto const life = std::make_shared<int>();
    client.async_stop(oms::sync_task("p", "t"), [life](oms::error_code, oms::stop_result const&) {});
    BOOST_TEST(life.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
