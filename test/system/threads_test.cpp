// SPDX-License-Identifier: BSL-1.0
// Many threads at once. Meant for ThreadSanitizer: the tests share nothing but
// atomics, and look at the rest when all threads have ended.
#include "system/support/open_files.hpp"
#include "system/support/rig.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using namespace oms::test;

namespace {

constexpr std::size_t callers = 8;
constexpr std::size_t calls_each = 100;

// Counts completions; shared by all threads.
struct tally {
    std::atomic<std::size_t> ended = 0, stopped = 0, cancelled = 0, shut_down = 0, other = 0;

    void count(oms::error_code ec, oms::outcome outcome) {
        if (!ec && (outcome == oms::outcome::stopped || outcome == oms::outcome::already_stopped)) {
            ++stopped;
        } else if (ec == oms::errc::cancelled) {
            ++cancelled;
        } else if (ec == oms::errc::shut_down) {
            ++shut_down;
        } else {
            ++other;
        }
        ++ended;
    }
    auto handler() {
        return [this](oms::error_code ec, oms::stop_result const& r) { count(ec, r.outcome); };
    }
};

// Runs a function on so many threads at once, and waits for them.
template <class Function>
void on_threads(std::size_t count, Function function) {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < count; ++i)
        threads.emplace_back([&function, i] { function(i); });
    for (std::thread& each : threads)
        each.join();
}

// Drops each handler in a thread of its own, as soon as that sees it: about when its own function returns.
class dropping_provider final : public oms::credentials_provider {
public:
    // Not the destructor: the last handler's end may be the client's, and so the provider's.
    void end() {
        ended_ = true;
        thread_.join();
        drop();
    }
    void async_get(oms::credential_request, oms::credential_handler handler) override {
        given_ = std::make_unique<oms::credential_handler>(std::move(handler)).release();
        // From returning first to returning last, in small steps.
        for (unsigned const end = ++asked_ % 400; spins_ < end; ++spins_) {
        }
        spins_ = 0;
    }

private:
    void drop() { std::unique_ptr<oms::credential_handler> const last(given_.exchange(nullptr)); }

    std::atomic<oms::credential_handler*> given_ = nullptr;
    std::atomic<bool> ended_ = false;
    unsigned asked_ = 0;
    std::atomic<unsigned> spins_ = 0;
    std::thread thread_{[this] {
        while (!ended_) {
            if (given_ != nullptr) drop();
        }
    }};
};

// One call that is cancelled through its slot: both on one strand, as Asio wants it.
struct cancelled_call : std::enable_shared_from_this<cancelled_call> {
    asio::strand<asio::any_io_executor> strand;
    asio::cancellation_signal signal;

    explicit cancelled_call(asio::any_io_executor executor) : strand(std::move(executor)) {}

    static void start(asio::any_io_executor executor, oms::client& client, oms::task_ref which, tally& into) {
        auto const self = std::make_shared<cancelled_call>(std::move(executor));
        asio::post(self->strand, [self, &client, which = std::move(which), &into] {
            client.async_stop(
                which,
                asio::bind_cancellation_slot(
                    self->signal.slot(),
                    asio::bind_executor(self->strand, [self, &into](oms::error_code ec, oms::stop_result const& r) {
                        into.count(ec, r.outcome);
                    })));
            asio::post(self->strand, [self] { self->signal.emit(asio::cancellation_type::terminal); });
        });
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(threads)

BOOST_AUTO_TEST_CASE(calls_from_eight_threads_on_a_pool) {
    oms::testing::simulator sim(running(callers, calls_each));
    asio::thread_pool pool(4);
    tally all;
    {
        oms::client client(pool, config_for(sim));
        on_threads(callers, [&](std::size_t thread) {
            for (std::size_t i = 0; i < calls_each; ++i) {
                // Neighbours share projects, so that threads meet in them.
                std::size_t const project = (thread + i) % callers;
                client.async_stop(oms::sync_task(oms::testing::simulator::project_id(project),
                                                 oms::testing::simulator::task_id(project, i)),
                                  all.handler());
            }
        });
        BOOST_TEST(becomes_true([&] { return all.ended == callers * calls_each; }));
    }
    pool.join();
    BOOST_TEST(all.ended == callers * calls_each);
    BOOST_TEST(all.stopped == callers * calls_each);
    for (auto const& each : sim.tasks())
        BOOST_TEST(sim.stops(each) == 1u);
}

BOOST_AUTO_TEST_CASE(calls_cancels_and_bulks_on_a_pool) {
    oms::testing::simulator sim(running(callers, calls_each));
    asio::thread_pool pool(4);
    tally singles, emitted;
    std::atomic<std::size_t> bulks = 0, sums_right = 0;
    {
        oms::client client(pool, config_for(sim));
        on_threads(callers, [&](std::size_t thread) {
            for (std::size_t i = 0; i < calls_each; ++i) {
                auto const which = oms::sync_task(oms::testing::simulator::project_id(thread),
                                                  oms::testing::simulator::task_id(thread, i));
                if (i % 3 == 0) {
                    cancelled_call::start(pool.get_executor(), client, which, emitted);
                } else {
                    client.async_stop(which, singles.handler());
                }
                if (i % 40 == 39) client.cancel();
                if (i % 50 == 25) {
                    oms::async_stop_all(client, std::vector<oms::task_ref>(5, which), oms::bulk_options(),
                                        [&](oms::error_code, oms::bulk_report const& r) {
                                            auto const sum = r.stopped + r.already_stopped + r.refused + r.unknown +
                                                             r.not_sent + r.not_attempted + r.duplicates;
                                            if (sum == r.pulled) ++sums_right;
                                            ++bulks;
                                        });
                }
            }
        });
        constexpr std::size_t expected_emitted = callers * ((calls_each + 2) / 3);
        BOOST_TEST(becomes_true(
            [&] { return singles.ended + emitted.ended == callers * calls_each && bulks == callers * 2; }));
        BOOST_TEST(emitted.ended == expected_emitted);
    }
    pool.join();
    BOOST_TEST(singles.ended + emitted.ended == callers * calls_each);
    BOOST_TEST(bulks == callers * 2);
    BOOST_TEST(sums_right == callers * 2);
    BOOST_TEST(singles.shut_down + emitted.shut_down == 0u);
    for (auto const& each : sim.tasks())
        BOOST_TEST(sim.stops(each) <= 1u);
}

BOOST_AUTO_TEST_CASE(a_shutdown_amid_calls_on_a_pool) {
    oms::testing::simulator sim(running(callers, calls_each));
    asio::thread_pool pool(4);
    tally all;
    std::atomic<std::size_t> downs = 0;
    {
        oms::client client(pool, config_for(sim));
        on_threads(callers, [&](std::size_t thread) {
            for (std::size_t i = 0; i < calls_each; ++i) {
                client.async_stop(oms::sync_task(oms::testing::simulator::project_id(thread),
                                                 oms::testing::simulator::task_id(thread, i)),
                                  all.handler());
                if (i == calls_each / 2) client.async_shutdown(1s, [&](oms::error_code ec) { downs += ec ? 0 : 1; });
            }
        });
        BOOST_TEST(becomes_true([&] { return all.ended == callers * calls_each && downs == callers; }));
    }
    pool.join();
    BOOST_TEST(all.ended == callers * calls_each);
    BOOST_TEST(all.stopped + all.shut_down == callers * calls_each);
    BOOST_TEST(downs == callers);
}

BOOST_AUTO_TEST_CASE(a_client_destroyed_amid_its_completions_on_a_pool) {
    oms::testing::simulator sim(running(callers, calls_each));
    asio::thread_pool pool(4);
    tally all;
    for (int round = 0; round < 5; ++round) {
        std::optional<oms::client> client(std::in_place, pool, config_for(sim));
        std::size_t const before = all.ended;
        on_threads(callers, [&](std::size_t thread) {
            for (std::size_t i = 0; i < 20; ++i) {
                client->async_stop(oms::sync_task(oms::testing::simulator::project_id(thread),
                                                  oms::testing::simulator::task_id(thread, i)),
                                   all.handler());
            }
        });
        BOOST_TEST(becomes_true([&] { return all.ended - before >= static_cast<std::size_t>(round) * 10; }));
        client.reset();
    }
    pool.join();
    BOOST_TEST(all.ended == 5 * callers * 20);
}

BOOST_AUTO_TEST_CASE(a_client_each_on_two_contexts) {
    oms::testing::simulator sim(running(callers, calls_each));
    std::array<asio::io_context, 2> contexts;
    std::array<tally, 2> tallies;
    {
        std::array<oms::client, 2> clients{oms::client(contexts[0], config_for(sim)),
                                           oms::client(contexts[1], config_for(sim))};
        background const first(contexts[0]), second(contexts[1]);
        on_threads(callers, [&](std::size_t thread) {
            for (std::size_t i = 0; i < calls_each; ++i) {
                std::size_t const at = (thread + i) % 2;
                // The handler runs on the other client's context.
                clients[at].async_stop(oms::sync_task(oms::testing::simulator::project_id(thread),
                                                      oms::testing::simulator::task_id(thread, i)),
                                       asio::bind_executor(contexts[1 - at], tallies[at].handler()));
                if (i == calls_each / 2 && thread == 0) clients[0].cancel();
            }
        });
        BOOST_TEST(becomes_true([&] { return tallies[0].ended + tallies[1].ended == callers * calls_each; }));
    }
    BOOST_TEST(tallies[0].ended == callers * calls_each / 2);
    BOOST_TEST(tallies[1].stopped == callers * calls_each / 2);
    BOOST_TEST(tallies[0].stopped + tallies[0].cancelled == callers * calls_each / 2);
}

// It may come before, while and after the provider's function returns to the client.
BOOST_AUTO_TEST_CASE(another_thread_drops_what_a_provider_was_given) {
    auto const provider = std::make_shared<dropping_provider>();
    oms::client_config config;
    config.endpoint = "https://127.0.0.1:1";
    config.credentials = provider;
    config.timeouts.total = 10s;
    asio::io_context context{1};
    oms::client client(context, config);
    constexpr int count = 5'000;
    int told = 0;
    bool ended = true;
    for (; ended && told < count; ++told) {
        stop_receipt got;
        client.async_stop(oms::sync_task("p", "t"), got.handler());
        ended = run_until(context, [&] { return got.calls > 0; }) && got.code == oms::errc::credentials_dropped;
    }
    provider->end();
    BOOST_TEST(ended);
    BOOST_TEST(told == count);
}

BOOST_AUTO_TEST_CASE(the_number_of_threads_does_not_grow_with_calls) {
    oms::testing::simulator sim(running(100, 20));
    asio::io_context context{1};
    oms::client client(context, config_for(sim));
    std::size_t ended = 0, started = 0, most = 0;
    auto const begin = [&](std::size_t count) {
        auto const all = sim.tasks();
        for (std::size_t i = 0; i < count; ++i) {
            client.async_stop(all[started++], [&](oms::error_code ec, oms::stop_result const&) {
                ++ended;
                if (ended % 50 == 0) most = std::max(most, oms::test::threads());
                BOOST_TEST(!ec, ec.message());
            });
        }
        BOOST_REQUIRE(run_until(context, [&] { return ended == started; }));
    };
    begin(50);  // names are looked up in a thread of the system's interface, from the first time on
    std::size_t const before = oms::test::threads();
    begin(1900);
    BOOST_TEST(most <= before);
    BOOST_TEST(oms::test::threads() <= before);
}

BOOST_AUTO_TEST_SUITE_END()
