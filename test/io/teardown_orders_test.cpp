// SPDX-License-Identifier: BSL-1.0
//
// Every order in which these can end, under every operation: the client, its context, its handlers' context, the
// thread of a provider, the source of a bulk, the observer. In each the operation completes once where its handler's
// context still runs, with what it came to or as shut down; else its handler is destroyed uncalled, and nothing of it
// is left. Contexts run only where the test says so; another thread's step is where the test has it.
#include "client/client_core.hpp"
#include "io/credential_cloud.hpp"
#include "io/harness/client_over.hpp"
#include "io/harness/slow_parts.hpp"
#include "io/harness/world.hpp"

#include <oms/bulk.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

namespace asio = boost::asio;

struct watcher final : observer {
    unsigned begun = 0;
    unsigned ended = 0;
    void on_call_begin(call_begin_event const&) noexcept override { ++begun; }
    void on_call_end(call_end_event const&) noexcept override { ++ended; }
};

enum class under_way { stop, start, show, list_all, bulk, log_in, shutdown, wait_idle };
enum class part { client, own_context, handlers_context, provider, source, observer };

/// Where the operation stands when the first of them ends.
enum class moment {
    asking,  ///< It waits for the provider's thread.
    sent,    ///< Its request is on its way, that of a log-in to IAM; a call beside it waits for the provider's thread.
};

/// How the others go on when one of them has ended.
enum class pace {
    still,     ///< Contexts do not run but for the handlers', before it ends.
    running,   ///< All that is ready runs.
    answered,  ///< The same; and what was sent is answered behind the third of the ends.
};

struct row {
    under_way what;
    char const* name;
    bool asks;          ///< The operation itself may wait for the provider's thread.
    bool has_a_source;  ///< A bulk's source waits: the operation's own, or that of a bulk beside it.
};
constexpr std::array rows{
    row{under_way::stop, "stop", true, true},
    row{under_way::start, "start", true, true},
    row{under_way::show, "show", true, true},
    row{under_way::list_all, "list_all", true, true},
    row{under_way::bulk, "bulk", true, true},
    row{under_way::log_in, "log-in", false, true},      // asks IAM itself
    row{under_way::shutdown, "shutdown", true, false},  // ends every bulk, and so the wait for a source, as it begins
    row{under_way::wait_idle, "wait_idle", true, false},
};
constexpr std::array part_names{"client", "own context", "handlers' context", "provider", "source", "observer"};

struct receipt {
    bool begun = false;
    unsigned called = 0;
    error_code code;
};

class scene : public world {
public:
    scene(row const& r, moment m) : of_(r), moment_(m) {
        config.observer = watching;
        config.credentials = m == moment::asking           ? std::shared_ptr<credentials_provider>(provider)
                             : r.what == under_way::log_in ? iam()
                                                           : token_credentials("secret-token");
        net.keeps_ledger = false;
        net.server = [this](request const& what) { return associate_with(what); };
        open();
        config = client_config();  // the client alone keeps what is in it
        client.emplace(client_over(std::exchange(core, nullptr)));
        begin();
        settle();
    }
    ~scene() {
        list.reset();
        client.reset();
    }

    void end(part p) {
        switch (p) {
            case part::client:
                return client.reset();
            case part::own_context:
                return lose_context();
            case part::handlers_context:
                run_theirs();
                return theirs.reset();
            case part::provider:
                return as_a_thread([this] {
                    provider->answer();
                    provider.reset();
                });
            case part::source:
                return as_a_thread([this] { source.end(); });
            case part::observer:
                return watching.reset();
        }
    }

    // All that is ready, in either context.
    void settle() {
        for (int quiet = 0; quiet < 2; ++quiet) {
            while (io && time.step(*io, time.now()))
                quiet = 0;
            if (run_theirs() > 0) quiet = 0;
        }
    }
    void let_answers_come() {
        for (int i = 0; i < 4; ++i) {
            if (io) run_for(1s);
            settle();
        }
    }

    std::optional<asio::io_context> theirs{std::in_place};
    std::shared_ptr<slow_provider> provider = std::make_shared<slow_provider>();
    slow_source source{sync_task("p", "pulled")};
    std::shared_ptr<watcher> watching = std::make_shared<watcher>();
    std::optional<oms::client> client;
    std::optional<task_list> list;
    receipt own;      ///< Of the operation.
    receipt asks;     ///< Of a stop that waits for the provider's thread.
    receipt pulls;    ///< Of a bulk beside it, which waits for its source.
    receipt drained;  ///< Of the stop that the operation waits for.
    bool elsewhere = false;
    std::shared_ptr<int> life = std::make_shared<int>();
    std::size_t sent = 0;

private:
    static std::shared_ptr<credentials_provider> iam() {
        iam_options options;
        options.endpoint = "https://iam.test";
        options.domain = "account";
        options.user = "user";
        options.password = secret("password");
        return iam_token_credentials(options);
    }

    answer associate_with(request const& what) {
        ++sent;
        bool const at_once = moment_ == moment::asking || what.target.find("/beside") != std::string::npos ||
                             what.target.find("/pulled") != std::string::npos;
        std::string text = reply_text(200);
        if (what.target.starts_with("/v3/auth/tokens")) {
            text = log_in_reply("token");
        } else if (what.method == "GET") {
            text = reply_text(200, of_.what == under_way::show
                                       ? R"({"id":"t","status":"SYNCHRONIZING"})"
                                       : R"({"tasks":[{"sync_task_id":"t","status":"SYNCHRONIZING"}],"count":1})");
        }
        bool const own_bulk = of_.what == under_way::bulk && what.target.find("/pulled") != std::string::npos;
        if (own_bulk && moment_ == moment::sent) return after(1s, std::move(text));
        return at_once ? after({}, std::move(text)) : after(1s, std::move(text));
    }

    // On a thread that runs neither context, as the test's own is while nothing runs.
    template <class F>
    void as_a_thread(F f) {
        if (moment_ == moment::sent) return f();
        std::thread(std::move(f)).join();
    }

    std::size_t run_theirs() {
        if (!theirs) return 0;
        running_ = true;
        theirs->restart();
        std::size_t const ran = theirs->poll();
        running_ = false;
        return ran;
    }

    auto handler(receipt& into) {
        into.begun = true;
        return asio::bind_executor(theirs->get_executor(), [this, &into, life = life](error_code code, auto&&...) {
            ++into.called;
            into.code = code;
            elsewhere = elsewhere || !running_;
        });
    }

    void begin() {
        auto const task = sync_task("p", "t");
        if (moment_ == moment::sent) {
            call_options by_thread;
            by_thread.credentials = provider;
            client->async_stop(sync_task("q", "beside"), by_thread, handler(asks));
        }
        if (of_.has_a_source && of_.what != under_way::bulk)
            async_stop_all(*client, std::ref(source), bulk_options(), handler(pulls));
        switch (of_.what) {
            case under_way::stop:
            case under_way::log_in:
                return client->async_stop(task, handler(own));
            case under_way::start:
                return client->async_start(task, start_keys("a", "b", "c", "d"), handler(own));
            case under_way::show:
                return client->async_show(task, handler(own));
            case under_way::list_all:
                list.emplace(client->list_all(list_query("p")));
                return list->async_next(handler(own));
            case under_way::bulk:
                return async_stop_all(*client, std::ref(source), bulk_options(), handler(own));
            case under_way::wait_idle:
                client->async_stop(task, handler(drained));
                return client->async_wait_idle(handler(own));
            case under_way::shutdown:
                client->async_stop(task, handler(drained));
                settle();
                shutdown_options rest;
                rest.finish_unsent = true;
                rest.drain_for = 1h;
                return client->async_shutdown(rest, handler(own));
        }
    }

    row const of_;
    moment const moment_;
    bool running_ = false;  // the handlers' context
};

/// What a handler must have seen in the end; `std::nullopt`: it was destroyed uncalled.
using expected = std::optional<error_code>;

/// Follows the ends one by one, for what waits for all of `needs` to succeed.
class expectation {
public:
    explicit expectation(std::vector<part> needs, bool needs_answer)
        : needs_(std::move(needs)), answer_(needs_answer) {}

    void see(part p, bool context_runs, error_code closed) {
        std::erase(needs_, p);
        switch (p) {
            case part::client:
                if (pending()) became_ = closed;
                client_ = false;
                break;
            case part::own_context:
                own_ = false;
                break;
            case part::handlers_context:
                theirs_ = false;
                break;
            default:
                break;
        }
        look(context_runs);
    }
    void answers_come() {
        answer_ = false;
        look(true);
    }
    expected const& is() const noexcept { return became_; }

private:
    bool pending() const noexcept { return !became_ && client_ && own_ && theirs_; }
    void look(bool context_runs) {
        if (pending() && context_runs && needs_.empty() && !answer_) became_ = error_code();
    }

    std::vector<part> needs_;
    bool answer_;
    bool client_ = true;
    bool own_ = true;
    bool theirs_ = true;
    expected became_;
};

std::string text_of(row const& r, std::vector<part> const& order) {
    std::string text = r.name;
    for (part const p : order)
        text += std::string(", ") + part_names[static_cast<std::size_t>(p)];
    return text;
}

void check(receipt const& got, expectation const& e, char const* what) {
    BOOST_TEST_CONTEXT(what) {
        if (!got.begun) return;
        BOOST_TEST(got.called == (e.is() ? 1U : 0U));
        if (e.is() && got.called > 0) BOOST_TEST(got.code == *e.is(), got.code.message());
    }
}

void try_order(row const& r, moment m, pace how, std::vector<part> const& order) {
    scene now(r, m);
    bool const asking = m == moment::asking;
    BOOST_REQUIRE_EQUAL(now.own.called, 0U);
    BOOST_REQUIRE(now.provider->asked() > 0U);
    BOOST_REQUIRE_EQUAL(now.sent > 0, !asking);
    std::weak_ptr<void> const observer = now.watching;
    std::weak_ptr<void> const provider = now.provider;

    std::vector<part> needs;
    // A wait is for what is beside it, too.
    if (asking || r.what == under_way::wait_idle) needs.push_back(part::provider);
    if (r.what == under_way::bulk) needs.push_back(part::source);
    expectation own(needs, !asking);
    expectation drained(asking ? std::vector{part::provider} : std::vector<part>(), !asking);
    expectation asks({part::provider}, false);
    // Its task has the same credential, which one request tries until it is answered.
    expectation pulls(asking ? std::vector{part::source, part::provider} : std::vector{part::source}, !asking);
    bool const runs = how != pace::still;
    error_code const closed = errc::shut_down;
    // With its client all that it waits for has ended.
    bool const waits = r.what == under_way::shutdown || r.what == under_way::wait_idle;
    error_code const own_closed = waits ? error_code() : closed;
    for (std::size_t i = 0; i < order.size(); ++i) {
        now.end(order[i]);
        if (runs) now.settle();
        own.see(order[i], runs, own_closed);
        drained.see(order[i], runs, closed);
        asks.see(order[i], runs, closed);
        pulls.see(order[i], runs, closed);
        if (how == pace::answered && i == 2) {
            now.let_answers_come();
            own.answers_come();
            drained.answers_come();
            pulls.answers_come();
        }
    }
    check(now.own, own, "the operation");
    check(now.drained, drained, "what the operation waits for");
    check(now.asks, asks, "a stop beside it");
    check(now.pulls, pulls, "a bulk beside it");
    BOOST_TEST(!now.elsewhere);
    now.list.reset();
    BOOST_TEST(now.life.use_count() == 1);
    BOOST_TEST(observer.expired() == true);
    BOOST_TEST(provider.expired() == true);
}

unsigned try_all(row const& r, moment m, pace how) {
    std::vector<part> order{part::client, part::own_context, part::handlers_context, part::provider};
    if (r.has_a_source) order.push_back(part::source);
    order.push_back(part::observer);
    unsigned tried = 0;
    do {
        BOOST_TEST_CONTEXT(text_of(r, order)) {
            try_order(r, m, how, order);
        }
        ++tried;
    } while (std::next_permutation(order.begin(), order.end()));
    return tried;
}

unsigned try_each(moment m, pace how) {
    unsigned tried = 0;
    for (row const& r : rows) {
        if (m == moment::sent || r.asks) tried += try_all(r, m, how);
    }
    return tried;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(teardown_orders_while_sent)

BOOST_AUTO_TEST_CASE(and_nothing_runs) {
    BOOST_TEST(try_each(moment::sent, pace::still) == 6 * 720U + 2 * 120U);
}

BOOST_AUTO_TEST_CASE(and_all_runs) {
    BOOST_TEST(try_each(moment::sent, pace::running) == 6 * 720U + 2 * 120U);
}

BOOST_AUTO_TEST_CASE(and_answers_come_in_between) {
    BOOST_TEST(try_each(moment::sent, pace::answered) == 6 * 720U + 2 * 120U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(teardown_orders_while_asking)

BOOST_AUTO_TEST_CASE(and_nothing_runs) {
    BOOST_TEST(try_each(moment::asking, pace::still) == 5 * 720U + 2 * 120U);
}

BOOST_AUTO_TEST_CASE(and_all_runs) {
    BOOST_TEST(try_each(moment::asking, pace::running) == 5 * 720U + 2 * 120U);
}

BOOST_AUTO_TEST_SUITE_END()
