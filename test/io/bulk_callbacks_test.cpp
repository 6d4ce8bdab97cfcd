// SPDX-License-Identifier: BSL-1.0
//
// What a bulk asks of its callbacks and its source, and what it says of those that fail.
#include "io/harness/bulk.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;
using boost::asio::cancellation_type;

namespace {

error_code const own_word(7, boost::system::generic_category());

// Gives two tasks, and then fails in one of these ways.
enum class failing { code, system_error, other };

struct failing_source {
    boost::asio::io_context* io;
    failing how;
    int given = 0;

    void async_next(auto handler) {
        if (++given > 2 && how == failing::system_error) throw boost::system::system_error(own_word);
        if (given > 2 && how == failing::other) throw std::runtime_error("no more");
        boost::asio::post(*io, [handler = std::move(handler), n = given]() mutable {
            std::optional<task_ref> next;
            if (n <= 2) next = sync_task("p", "t" + std::to_string(n));
            handler(next ? error_code() : own_word, next);
        });
    }
};

std::string what_of(std::exception_ptr const& thrown) {
    if (!thrown) return "nothing";
    try {
        std::rethrow_exception(thrown);
    } catch (std::exception const& e) {
        return e.what();
    } catch (...) {
        return "something";
    }
}

// Remembers who was asked before it was sent, and who was sent.
struct asking : bulk_world {
    std::vector<task_ref> asked;
    std::map<std::string, std::size_t> sent;
    std::function<bool(task_ref const&)> says = [](task_ref const&) { return true; };
    std::function<answer(request const&)> replies = [](request const&) { return after(5ms, reply_text(200)); };

    asking() {
        options.before_send = [this](task_ref const& which) {
            BOOST_TEST(sent.count(which.task_id) == 0U);
            BOOST_TEST(std::count(asked.begin(), asked.end(), which) == 0);
            asked.push_back(which);
            return says(which);
        };
        net.server = [this](request const& r) {
            std::string const name = target_names(r.target).task;
            ++sent[name];
            auto const same = [&](task_ref const& each) { return each.task_id == name; };
            BOOST_TEST(std::any_of(asked.begin(), asked.end(), same), name << " was not asked about");
            return replies(r);
        };
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(bulk_callbacks)

BOOST_AUTO_TEST_CASE(what_a_source_says_is_in_the_report) {
    for (failing const how : {failing::code, failing::system_error, failing::other}) {
        bulk_world w;
        w.net.server = [](request const&) { return after(5ms, reply_text(200)); };
        w.stop_each(failing_source{w.io.get(), how});
        BOOST_TEST((w.code == errc::source_failed), w.code.message());
        BOOST_TEST(w.report.stopped == 2U);
        BOOST_TEST((w.report.cause == (how == failing::other ? error_code() : own_word)));
        BOOST_TEST((w.report.exception == nullptr) == (how == failing::code));
        if (how == failing::other) BOOST_TEST(what_of(w.report.exception) == "no more");
    }
}

BOOST_AUTO_TEST_CASE(what_a_callback_throws_is_in_the_report) {
    for (bool const in_result : {false, true}) {
        bulk_world w;
        w.net.server = [](request const&) { return after(5ms, reply_text(200)); };
        auto const fail = [](auto const&...) { throw std::runtime_error("disk full"); };
        if (in_result) {
            w.options.on_result = fail;
        } else {
            w.options.on_progress = fail;
        }
        w.begin(tasks_of(100, 10));
        w.run();
        BOOST_TEST(w.completions == 1U);
        BOOST_TEST((w.code == errc::callback_failed), w.code.message());
        BOOST_TEST(what_of(w.report.exception) == "disk full");
        BOOST_TEST(!w.report.cause);
        BOOST_TEST(bulk_world::sum(w.report) == w.report.pulled);
    }
}

// It is users' code: not asked for again with each task.
BOOST_AUTO_TEST_CASE(credentials_are_asked_once_what_they_are_called) {
    struct provider final : credentials_provider {
        mutable unsigned labels = 0;
        void async_get(credential_request, credential_handler handler) override {
            handler({}, credential::from_token("token"));
        }
        std::string label() const override {
            ++labels;
            return "counted";
        }
    };
    auto const own = std::make_shared<provider>();
    bulk_world w;
    w.net.server = [](request const&) { return after(5ms, reply_text(200)); };
    w.options.call.credentials = own;
    w.stop_each(tasks_of(50, 5));
    BOOST_TEST(!w.code, w.code.message());
    BOOST_TEST(w.report.stopped == 50U);
    BOOST_TEST(own->labels == 1U);
}

BOOST_AUTO_TEST_CASE(a_run_that_goes_well_says_nothing_of_it) {
    asking w;
    w.stop_each(tasks_of(40, 4));
    BOOST_TEST(!w.code, w.code.message());
    BOOST_TEST((!w.report.exception && !w.report.cause));
    BOOST_TEST(w.report.stopped == 40U);
    BOOST_TEST(w.asked.size() == 40U);
}

// A bar that waits for the next result would show for minutes what is long over.
BOOST_AUTO_TEST_CASE(progress_tells_of_the_last_result_of_a_burst) {
    bulk_world w;
    w.options.max_in_flight_per_project = 100;
    w.net.server = [](request const& r) {
        bool const slow = target_names(r.target).task == "t9";
        return after(slow ? virtual_time::duration(20s) : virtual_time::duration(50ms), reply_text(200));
    };
    w.begin(tasks_of(10, 1));
    w.run_for(1s);
    BOOST_TEST_REQUIRE(w.completions == 0U);
    BOOST_TEST_REQUIRE(!w.progress.empty());
    BOOST_TEST(w.progress.back().stopped == 9U);
    BOOST_TEST(w.progress.back().elapsed < 300ms);
    BOOST_TEST(w.progress.size() <= 4U);
    std::size_t const before = w.progress.size();
    w.run_for(10s);  // no news
    BOOST_TEST(w.progress.size() == before);
    w.run();
    BOOST_TEST(w.completions == 1U);
    BOOST_TEST(w.progress.back().stopped == 10U);
    BOOST_TEST(w.accounts());
}

// Whatever comes back and goes on: a failure, a 429, an endpoint that is not there at first.
BOOST_AUTO_TEST_CASE(each_task_is_asked_about_once_however_often_it_is_sent) {
    asking w;
    auto tasks = tasks_of(30, 3);
    tasks.push_back(tasks.front());  // a duplicate is none
    w.net.dials = [&w](std::size_t) {
        dial_step s;
        s.takes = 5ms;
        if (w.time.elapsed() < 2s) s.code = errc::connect_failed;
        return std::vector{s};
    };
    w.replies = [&w](request const& r) {
        std::string const name = target_names(r.target).task;
        if (w.sent[name] > 1) return after(5ms, reply_text(200));
        if (name == "t1") return after(5ms, error_text(429, "APIGW.0308", "x", "Retry-After: 2\r\n"));
        return after(5ms, name == "t2" ? reply_text(503) : reply_text(200));
    };
    w.stop_each(tasks);
    BOOST_TEST(!w.code, w.code.message());
    BOOST_TEST(w.report.stopped == 30U);
    BOOST_TEST(w.asked.size() == 30U);
    BOOST_TEST(w.sent["t1"] == 2U);
    BOOST_TEST(w.sent["t2"] == 2U);
}

BOOST_AUTO_TEST_CASE(a_refused_task_is_not_sent_and_ends_the_run) {
    for (bool const throws : {false, true}) {
        for (std::size_t at = 1; at <= 12; ++at) {
            asking w;
            w.options.max_in_flight = 4;
            w.says = [&](task_ref const&) {
                if (w.asked.size() < at) return true;
                if (throws) throw std::runtime_error("journal");
                return false;
            };
            w.stop_each(tasks_of(40, 8));
            BOOST_TEST((w.code == errc::callback_failed), w.code.message());
            BOOST_TEST(what_of(w.report.exception) == (throws ? "journal" : "nothing"));
            BOOST_TEST(w.asked.size() == at);
            auto const& refused = w.results[w.asked.back()];
            BOOST_TEST((refused.code == errc::callback_failed));
            BOOST_TEST(refused.result.outcome == outcome::not_sent);
            BOOST_TEST(w.sent.count(w.asked.back().task_id) == 0U);
            BOOST_TEST(w.report.not_sent == 1U);
            BOOST_TEST(w.report.stopped == at - 1);
            BOOST_TEST(w.report.not_attempted == w.report.pulled - at);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_cancellation_inside_it_counts_for_that_very_task) {
    for (auto const type : {cancellation_type::partial, cancellation_type::terminal}) {
        asking w;
        w.says = [&](task_ref const&) {
            if (w.asked.size() == 5) w.signal.emit(type);
            return true;
        };
        w.stop_each(tasks_of(40, 8));
        BOOST_TEST((w.code == errc::cancelled), w.code.message());
        BOOST_TEST(w.asked.size() == 5U);
        BOOST_TEST(w.sent.count(w.asked.back().task_id) == 0U);
        BOOST_TEST(w.results[w.asked.back()].result.outcome == outcome::not_sent);
    }
}

BOOST_AUTO_TEST_CASE(the_client_may_go_inside_it) {
    asking w;
    w.says = [&](task_ref const&) {
        if (w.asked.size() == 5) w.close();
        return true;
    };
    w.stop_each(tasks_of(40, 8));
    BOOST_TEST((w.code == errc::shut_down), w.code.message());
    BOOST_TEST(w.asked.size() == 5U);
}

BOOST_AUTO_TEST_SUITE_END()
