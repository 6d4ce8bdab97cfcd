// SPDX-License-Identifier: BSL-1.0
//
// What a bulk takes tasks from: each shape of source, its end, its failure and its cancellation.
#include "io/harness/bulk.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/experimental/coro.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;
namespace asio = boost::asio;
using boost::asio::cancellation_type;

namespace {

error_code const own_word(7, boost::system::generic_category());

task_ref nth(int n) {
    return sync_task("p", "t" + std::to_string(n));
}

struct sources_world : bulk_world {
    sources_world() {
        options.deduplicate = false;
        net.server = [](request const&) { return after(5ms, reply_text(200)); };
        open();
    }
    void all_stopped(std::size_t count) {
        BOOST_TEST(!code, code.message());
        BOOST_TEST(report.stopped == count);
        BOOST_TEST(report.pulled == count);
        for (int n = 1; n <= static_cast<int>(count); ++n)
            BOOST_TEST(results.contains(nth(n)), n << " is missing");
    }
    // What the source threw after two tasks is in the report.
    void two_and_a_failure(error_code cause, std::string const& said) {
        BOOST_TEST((code == errc::source_failed), code.message());
        BOOST_TEST(report.stopped == 2U);
        BOOST_TEST((report.cause == cause), report.cause.message());
        BOOST_REQUIRE((report.exception != nullptr));
        try {
            std::rethrow_exception(report.exception);
        } catch (std::exception const& e) {
            BOOST_TEST(std::string(e.what()).find(said) != std::string::npos, e.what());
        }
    }
};

// Gives so many tasks, and waits before each.
class awaited {
public:
    explicit awaited(int count) : left_(count) {}

    asio::awaitable<std::optional<task_ref>> async_next() {
        co_await asio::post(asio::use_awaitable);
        if (given_ == left_) co_return std::nullopt;
        co_return nth(++given_);
    }

private:
    int left_;
    int given_ = 0;
};

enum class failing { system_error, other };

[[noreturn]] void fail(failing how) {
    if (how == failing::system_error) throw boost::system::system_error(own_word);
    throw std::runtime_error("no more");
}

struct awaited_failure {
    failing how;
    int given = 0;

    asio::awaitable<std::optional<task_ref>> async_next() {
        co_await asio::post(asio::use_awaitable);
        if (given == 2) fail(how);
        co_return nth(++given);
    }
};

// Waits for a second task until it is told not to.
struct awaited_for_ever {
    int given = 0;
    std::shared_ptr<int> const told = std::make_shared<int>();

    asio::awaitable<std::optional<task_ref>> async_next() {
        if (given == 1) {
            asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
            try {
                co_await never.async_wait(asio::use_awaitable);
            } catch (boost::system::system_error const&) {
                ++*told;
                throw;
            }
        }
        co_return nth(++given);
    }
};

asio::experimental::coro<task_ref> generated(asio::any_io_executor, int count) {
    for (int n = 1; n <= count; ++n)
        co_yield nth(n);
}

asio::experimental::coro<task_ref> generated_failure(asio::any_io_executor, failing how) {
    for (int n = 1; n <= 2; ++n)
        co_yield nth(n);
    fail(how);
}

using task_channel = asio::experimental::channel<void(error_code, task_ref)>;
using shared_channel = asio::experimental::concurrent_channel<void(error_code, std::optional<task_ref>)>;

// Sends so many tasks, each when the one before has been taken, and closes. (What is in a buffer then may be dropped by
// the channel: Boost 1.81.)
template <class Channel>
void feed(Channel& to, int next, int last) {
    if (next > last) return to.close();
    to.async_send({}, nth(next), [&to, next, last](error_code code) {
        if (!code) feed(to, next + 1, last);
    });
}

// A generator of the plain kind: an input range that can be read once, and not copied.
class once {
public:
    explicit once(int count) : count_(count) {}
    once(once&&) = default;
    once& operator=(once&&) = default;

    class iterator {
    public:
        using value_type = task_ref;
        using difference_type = std::ptrdiff_t;

        explicit iterator(once& of) : of_(&of) {}
        iterator(iterator&&) = default;
        iterator& operator=(iterator&&) = default;
        task_ref&& operator*() const { return std::move(of_->now_); }
        iterator& operator++() {
            of_->advance();
            return *this;
        }
        void operator++(int) { of_->advance(); }
        bool operator==(std::default_sentinel_t) const { return of_->given_ > of_->count_; }

    private:
        once* of_;
    };

    iterator begin() {
        advance();
        return iterator(*this);
    }
    std::default_sentinel_t end() const { return {}; }

private:
    void advance() {
        if (++given_ <= count_) now_ = nth(given_);
    }

    int count_;
    int given_ = 0;
    task_ref now_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sources)

BOOST_AUTO_TEST_CASE(an_awaitable_gives_tasks_until_it_gives_none) {
    for (int const count : {0, 1, 300}) {
        sources_world w;
        w.stop_each(awaited(count));
        w.all_stopped(static_cast<std::size_t>(count));
    }
}

BOOST_AUTO_TEST_CASE(one_that_is_referred_to_is_not_copied) {
    sources_world w;
    awaited kept(3);
    w.stop_each(std::ref(kept));
    w.all_stopped(3);
    sources_world again;
    again.stop_each(std::ref(kept));  // it is at its end
    again.all_stopped(0);
}

BOOST_AUTO_TEST_CASE(what_an_awaitable_throws_is_in_the_report) {
    for (failing const how : {failing::system_error, failing::other}) {
        sources_world w;
        w.stop_each(awaited_failure{how});
        w.two_and_a_failure(how == failing::other ? error_code() : own_word,
                            how == failing::other ? "no more" : own_word.message());
    }
}

BOOST_AUTO_TEST_CASE(an_awaitable_runs_where_the_callbacks_run) {
    sources_world w;
    asio::strand<asio::io_context::executor_type> const strand(w.io->get_executor());
    unsigned inside = 0;
    struct watched {
        awaited of;
        unsigned* inside;
        asio::strand<asio::io_context::executor_type> const* strand;

        asio::awaitable<std::optional<task_ref>> async_next() {
            *inside += strand->running_in_this_thread();
            auto next = co_await of.async_next();
            *inside += strand->running_in_this_thread();
            co_return next;
        }
    };
    bool done = false;
    detail::bulk_access::start(
        w.core, asio::bind_executor(strand, [&](error_code, bulk_report const& r) { done = r.stopped == 4; }),
        detail::make_task_source(watched{awaited(4), &inside, &strand}), std::make_unique<bulk_options>(w.options));
    w.run();
    BOOST_TEST(done);
    BOOST_TEST(inside == 10U);
}

BOOST_AUTO_TEST_CASE(an_awaitable_that_waits_is_told_when_the_run_is_cancelled) {
    for (cancellation_type const how : {cancellation_type::terminal, cancellation_type::partial}) {
        sources_world w;
        awaited_for_ever source;
        auto const told = source.told;
        w.begin(std::move(source));
        w.each_result = [&] { asio::post(*w.io, [&] { w.signal.emit(how); }); };
        w.run();
        BOOST_TEST(w.completions == 1U);
        BOOST_TEST((w.code == errc::cancelled), w.code.message());
        BOOST_TEST(w.report.stopped == 1U);
        BOOST_TEST(*told == 1);
        BOOST_TEST(w.accounts());
    }
}

// What waits goes with the context, whoever else refers to it.
BOOST_AUTO_TEST_CASE(an_awaitable_that_waits_goes_with_its_context) {
    sources_world w;
    std::shared_ptr<int> told;
    {
        awaited_for_ever source;
        told = source.told;
        w.begin(std::move(source));
    }
    while (w.results.empty() && w.step()) {
    }
    w.lose_context();
    BOOST_TEST(told.use_count() == 1);
    BOOST_TEST(w.completions == 0U);
}

BOOST_AUTO_TEST_CASE(a_coroutine_yields_tasks_until_it_returns) {
    for (int const count : {0, 1, 300}) {
        sources_world w;
        w.stop_each(generated(w.io->get_executor(), count));
        w.all_stopped(static_cast<std::size_t>(count));
    }
}

BOOST_AUTO_TEST_CASE(what_a_coroutine_throws_is_in_the_report) {
    for (failing const how : {failing::system_error, failing::other}) {
        sources_world w;
        w.stop_each(generated_failure(w.io->get_executor(), how));
        w.two_and_a_failure(how == failing::other ? error_code() : own_word,
                            how == failing::other ? "no more" : own_word.message());
    }
}

BOOST_AUTO_TEST_CASE(a_channel_gives_tasks_until_it_is_closed) {
    for (int const count : {0, 1, 300}) {
        sources_world w;
        task_channel from(w.io->get_executor());
        feed(from, 1, count);
        w.stop_each(std::ref(from));
        w.all_stopped(static_cast<std::size_t>(count));
    }
}

// One with a buffer is moved in, and none of what it has is lost.
BOOST_AUTO_TEST_CASE(a_channel_gives_tasks_until_none_comes) {
    for (int const count : {0, 1, 300}) {
        sources_world w;
        shared_channel given(w.io->get_executor(), 500);
        for (int n = 1; n <= count; ++n)
            BOOST_REQUIRE(given.try_send(error_code(), nth(n)));
        BOOST_REQUIRE(given.try_send(error_code(), std::nullopt));
        w.stop_each(std::move(given));
        w.all_stopped(static_cast<std::size_t>(count));
    }
}

BOOST_AUTO_TEST_CASE(what_is_sent_as_an_error_ends_the_run) {
    sources_world w;
    task_channel from(w.io->get_executor(), 3);
    BOOST_REQUIRE(from.try_send(error_code(), nth(1)));
    BOOST_REQUIRE(from.try_send(own_word, task_ref()));
    BOOST_REQUIRE(from.try_send(error_code(), nth(2)));
    w.stop_each(std::ref(from));
    BOOST_TEST((w.code == errc::source_failed), w.code.message());
    BOOST_TEST((w.report.cause == own_word));
    BOOST_TEST(w.report.stopped == 1U);
}

BOOST_AUTO_TEST_CASE(a_channel_that_is_waited_for_is_left_when_the_run_is_cancelled) {
    sources_world w;
    task_channel from(w.io->get_executor(), 1);
    BOOST_REQUIRE(from.try_send(error_code(), nth(1)));
    w.begin(std::ref(from));
    w.each_result = [&] { asio::post(*w.io, [&] { w.signal.emit(cancellation_type::terminal); }); };
    w.run();
    BOOST_TEST((w.code == errc::cancelled), w.code.message());
    BOOST_TEST(w.report.stopped == 1U);
    // Nobody waits any more: whoever comes next gets it.
    std::optional<task_ref> got;
    from.async_send(error_code(), nth(2), [](error_code) {});
    from.async_receive([&](error_code ec, task_ref which) {
        if (!ec) got = std::move(which);
    });
    w.run();
    BOOST_TEST((got == nth(2)));
}

BOOST_AUTO_TEST_CASE(a_range_that_can_be_read_once_is_moved_in) {
    sources_world w;
    w.stop_each(once(300));
    w.all_stopped(300);
}

BOOST_AUTO_TEST_SUITE_END()
