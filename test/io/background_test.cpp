// SPDX-License-Identifier: BSL-1.0
//
// The thread that reads files for the clients of a context: who waits for it, and who hears of it.
#include "transport/background.hpp"

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace oms;
using namespace oms::transport;

namespace {

struct listener final : observer {
    std::vector<std::string> told;
    std::thread::id by;
    std::function<void()> then = [] {};

    void on_warning(warning_event const& e) noexcept override {
        told.push_back(std::string(e.code) + ": " + std::string(e.text));
        by = std::this_thread::get_id();
        then();
    }
};

// Does something when its context ends, before the services that are older.
class at_the_end final : public boost::asio::execution_context::service {
public:
    using key_type = at_the_end;
    static inline boost::asio::execution_context::id id;

    explicit at_the_end(boost::asio::execution_context& context) : service(context) {}

    std::function<void()> act = [] {};

private:
    void shutdown() override { act(); }
};

struct rig {
    std::shared_ptr<listener> const ears = std::make_shared<listener>();
    std::optional<boost::asio::io_context> context{std::in_place};
    std::shared_ptr<background> b = make_background(context->get_executor(), ears);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(backgrounds, rig)

BOOST_AUTO_TEST_CASE(it_runs_elsewhere_and_tells_on_the_executor) {
    std::thread::id ran;
    b->run([&] {
        ran = std::this_thread::get_id();
        b->warn("code", "text");
    });
    context->run();  // is busy until then
    BOOST_TEST((ears->told == std::vector<std::string>{"code: text"}));
    BOOST_TEST((ears->by == std::this_thread::get_id()));
    BOOST_TEST((ran != std::thread::id()));
    BOOST_TEST((ran != ears->by));
}

BOOST_AUTO_TEST_CASE(work_of_two_clients_runs_one_by_one) {
    auto const other = make_background(context->get_executor(), nullptr);
    std::vector<int> order;
    for (int i = 0; i < 100; ++i)
        (i % 2 == 0 ? b : other)->run([&order, i] { order.push_back(i); });
    other->run([&] { other->warn("code", "to nobody"); });
    context->run();
    BOOST_TEST(order.size() == 100U);
    for (int i = 0; i < 100; ++i)
        BOOST_TEST(order[static_cast<std::size_t>(i)] == i);
}

BOOST_AUTO_TEST_CASE(nobody_hears_of_a_client_that_is_gone) {
    b->warn("code", "text");
    b.reset();
    context->run();
    BOOST_TEST(ears->told.empty());
}

BOOST_AUTO_TEST_CASE(who_hears_of_it_may_end_it) {
    std::weak_ptr<background> const life = b;
    ears->then = [&] { b.reset(); };
    b->warn("first", "text");
    b->warn("second", "text");
    context->run();
    BOOST_TEST((ears->told == std::vector<std::string>{"first: text"}));
    BOOST_TEST(life.expired());
}

BOOST_AUTO_TEST_CASE(the_contexts_end_waits_for_what_runs_and_drops_the_rest) {
    std::latch begun(1), ends(1);
    std::atomic<bool> done = false, ran = false;
    auto const kept = std::make_shared<int>();
    b->run([&] {
        begun.count_down();
        ends.wait();
        b->warn("code", "text");  // is inside still
        done = true;
    });
    b->run([&ran, kept] { ran = true; });
    begun.wait();
    boost::asio::use_service<at_the_end>(*context).act = [&] { ends.count_down(); };  // younger than the thread's
    context.reset();
    BOOST_TEST(done);
    BOOST_TEST(kept.use_count() == 1);
    BOOST_TEST(ears->told.empty());
    BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(what_comes_while_the_context_ends_is_dropped) {
    bool ran = false;
    b->run([] {});
    context->run();
    // An older service's end comes after the thread's: this one was made first.
    std::optional<boost::asio::io_context> second{std::in_place};
    auto& last = boost::asio::use_service<at_the_end>(*second);
    auto const late = make_background(second->get_executor(), nullptr);
    late->run([] {});
    second->run();
    last.act = [&] { late->run([&] { ran = true; }); };
    second.reset();
    BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(a_fork_waits_for_it_and_both_go_on) {
    using boost::asio::execution_context;
    for (auto const after : {execution_context::fork_parent, execution_context::fork_child}) {
        bool first = false, second = false;
        b->run([&] { first = true; });
        context->run();
        context->restart();
        context->notify_fork(execution_context::fork_prepare);
        context->notify_fork(after);
        BOOST_TEST(first);
        b->run([&] { second = true; });
        context->run();
        context->restart();
        BOOST_TEST(second);
    }
}

BOOST_AUTO_TEST_SUITE_END()
