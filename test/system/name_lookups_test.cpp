// SPDX-License-Identifier: BSL-1.0
// Look-ups of names: how many there are, and who waits for one that does not end.
#include "system/slow_names.hpp"
#include "system/support/rig.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace oms::test;

namespace {

using address_list = std::vector<asio::ip::address>;

// Answers when the test does.
struct patient_resolver final : oms::host_resolver {
    void async_resolve(std::string, handler done) override {
        ++asked;
        kept.push_back(std::move(done));
    }
    void answer(oms::error_code code, address_list const& addresses) {
        for (handler const& each : std::exchange(kept, {}))
            each(code, addresses);
    }

    unsigned asked = 0;
    std::vector<handler> kept;
};

address_list const here{asio::ip::address_v4::loopback()};

struct setup : rig {
    std::shared_ptr<patient_resolver> const resolver = std::make_shared<patient_resolver>();
    asio::cancellation_signal signal;
    stop_receipt got;

    setup() : rig(running(50, 20)) {
        config.resolver = resolver;
        config.endpoint = "https://oms.test:" + std::to_string(sim.port());
        config.tls.dangerously_disable_verification();  // the certificate is for this machine
    }
    void ask_the_system() {
        config.resolver = nullptr;
        config.endpoint = "https://oms.slow.test:" + std::to_string(sim.port());
    }
    void start() { client().async_stop(task(0), asio::bind_cancellation_slot(signal.slot(), got.handler())); }
    // The call has ended so, while the look-up goes on.
    void ended(oms::errc code) {
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
        BOOST_TEST(got.calls == 1u);
        BOOST_TEST((got.code == code), got.code.message());
        BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(name_lookups, setup)

BOOST_AUTO_TEST_CASE(a_thousand_first_calls_ask_once) {
    config.http = oms::http_version::http_1_1;  // else four dials at a time, until one of them has shown what it speaks
    config.pool.max_handshakes = 64;
    unsigned stopped = 0;
    for (oms::task_ref const& each : sim.tasks())
        client().async_stop(each, [&](oms::error_code ec, oms::stop_result const&) { stopped += ec ? 0 : 1; });
    BOOST_REQUIRE(run_until(context, [&] { return client().metrics().dials >= 50; }));
    context.poll();
    BOOST_TEST(resolver->asked == 1u);
    resolver->answer({}, here);
    BOOST_TEST(run_until(context, [&] { return stopped == 1000; }));
    BOOST_TEST(resolver->asked == 1u);
}

BOOST_AUTO_TEST_CASE(a_cancelled_call_does_not_wait) {
    start();
    BOOST_REQUIRE(run_until(context, [&] { return resolver->asked == 1; }));
    signal.emit(asio::cancellation_type::total);
    ended(oms::errc::cancelled);
    resolver->answer({}, here);  // is kept for the next call
    BOOST_TEST(!stop(task(1)).code);
    BOOST_TEST(resolver->asked == 1u);
}

BOOST_AUTO_TEST_CASE(the_time_for_it_is_bounded) {
    config.timeouts.resolve = 20ms;
    config.retry.classify = [](oms::failed_try const&) { return oms::retry_verdict::give_up; };
    start();
    ended(oms::errc::resolve_timeout);
    BOOST_TEST(resolver->kept.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_destroyed_client_does_not_wait) {
    start();
    BOOST_REQUIRE(run_until(context, [&] { return resolver->asked == 1; }));
    own.reset();
    ended(oms::errc::shut_down);
    BOOST_TEST(run_out(context));  // nothing is left to do
    resolver->answer({}, here);
    BOOST_TEST(run_out(context));
}

// The resolver is the user's: it may keep its question longer than there is anybody who wants to know.
BOOST_AUTO_TEST_CASE(a_resolver_may_outlive_the_context) {
    for (bool const answers : {true, false}) {
        for (bool const client_first : {true, false}) {
            std::optional<asio::io_context> short_lived(std::in_place);
            std::optional<oms::client> last(std::in_place, *short_lived, config);
            auto const alive = std::make_shared<int>();
            last->async_stop(task(0), [alive](oms::error_code, oms::stop_result const&) {});
            BOOST_REQUIRE(run_until(*short_lived, [&] { return !resolver->kept.empty(); }));
            if (client_first) last.reset();
            short_lived.reset();
            BOOST_TEST(alive.use_count() == 1);
            last.reset();
            answers ? resolver->answer({}, here) : resolver->kept.clear();
        }
    }
    BOOST_TEST(sim.connections() == 0u);
}

BOOST_AUTO_TEST_CASE(the_systems_look_up_holds_no_caller) {
    ask_the_system();
    slow_names names;
    start();
    BOOST_REQUIRE(run_until(context, [&] { return names.asked() == 1; }));
    signal.emit(asio::cancellation_type::total);
    ended(oms::errc::cancelled);
    // The next one waits for the same answer, and is let go likewise.
    got = {};
    start();
    BOOST_REQUIRE(run_until(context, [&] { return client().metrics().dials >= 1; }));
    own.reset();
    ended(oms::errc::shut_down);
    BOOST_TEST(names.asked() == 1u);
    context.restart();
    context.poll();
    BOOST_TEST(!context.stopped());  // as it is documented: the system still works for the context
    names.release();
    BOOST_TEST(run_out(context));
}

BOOST_AUTO_TEST_CASE(the_contexts_destructor_waits_for_the_system) {
    ask_the_system();
    slow_names names;
    std::optional<asio::io_context> short_lived(std::in_place);
    std::optional<oms::client> last(std::in_place, *short_lived, config);
    bool called = false;
    last->async_stop(task(0), [&called](oms::error_code, oms::stop_result const&) { called = true; });
    BOOST_REQUIRE(run_until(*short_lived, [&] { return names.asked() == 1; }));
    std::atomic<bool> answered = false;
    std::jthread const system([&] {
        std::this_thread::sleep_for(20ms);
        answered = true;
        names.release();
    });
    short_lived.reset();
    BOOST_TEST(answered);
    BOOST_TEST(!called);
}

BOOST_AUTO_TEST_SUITE_END()
