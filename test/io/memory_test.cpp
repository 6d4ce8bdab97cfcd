// SPDX-License-Identifier: BSL-1.0
//
// Memory that runs out: each allocation of an operation fails in turn, once or
// together with all that follow until its end. An initiating function that
// throws has started nothing; all else completes once, and the client goes on.
// Of the long stories only each fifth is tried; OMS_MEMORY_STEP=1 tries them all.
#include "client/client_core.hpp"
#include "client/reading.hpp"
#include "io/credential_cloud.hpp"
#include "io/harness/bulk.hpp"
#include "io/harness/scarce_memory.hpp"
#include "io/harness/secure_dialer.hpp"
#include "io/harness/world.hpp"
#include "wire/task_body.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>

#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

using lasts = scarce_memory::lasts;
using whose = scarce_memory::whose;

/// One world, the operation in it, and what is seen of it.
template <class World = world>
struct scene : World {
    using World::World;
    static constexpr bool is_long = false;
    std::shared_ptr<started> first = std::make_shared<started>();

    // Starts it: what is thrown here has started nothing.
    template <class Start>
    bool begin(Start&& start) {
        try {
            start();
        } catch (std::bad_alloc const&) {
            return false;
        }
        return true;
    }
};

void check_usable(world& w) {
    for (int i = 0; i < 2; ++i) {
        auto const fresh = w.stop(sync_task("p", "after"));
        w.run_for(2min);
        BOOST_TEST_REQUIRE(fresh->completions == 1U);
        BOOST_TEST_REQUIRE(!fresh->code, fresh->code.message());
    }
}

std::size_t step_of_long_stories() {
    char const* const value = std::getenv("OMS_MEMORY_STEP");
    int const step = value != nullptr ? std::atoi(value) : 0;
    return step > 0 ? static_cast<std::size_t>(step) : 5;
}

/// Fails each allocation of `run` in a world that `prepare` has made ready; `run` gives false where it threw.
/// `completions` counts how often its operation has completed.
template <class Story>
std::size_t sweep(lasts how, whose of) {
    std::size_t const step = Story::is_long ? step_of_long_stories() : 1;
    for (std::size_t k = 1;; k += step) {
        BOOST_TEST_CONTEXT((of == whose::ours ? "of the library's " : "of all ")
                           << "allocation " << k << (how == lasts::once ? ", once" : " and all behind it")) {
            Story s;
            bool begun = false;
            std::size_t asked = 0;
            {
                scarce_memory scarce(k, how, of);
                begun = s.run();
                asked = scarce.end();
            }
            s.run_for(10min);
            BOOST_TEST_REQUIRE(s.completions() == (begun ? 1U : 0U));
            s.check();
            check_usable(s);
            if (asked < k) return asked;
        }
    }
}

template <class Story>
std::size_t sweep_only(whose of) {
    std::size_t const once = sweep<Story>(lasts::once, of);
    std::size_t const for_ever = sweep<Story>(lasts::for_ever, of);
    BOOST_TEST_MESSAGE(once << " allocations failed once, " << for_ever << " with all behind them");
    return once + for_ever;
}

template <class Story>
void sweep_all() {
    std::size_t const swept = sweep_only<Story>(whose::ours) + sweep_only<Story>(whose::anybodys);
    BOOST_TEST(swept > 0U);
}

// Until nothing is left to do at this time.
void settle(world& w) {
    w.time.run(*w.io, w.time.now());
}

struct a_stop : scene<> {
    a_stop() { open(); }
    bool run() {
        task_ref task = [&] {
            scarce_memory::aside const ours;
            return sync_task("p", "t");
        }();
        if (!begin([&] { stop_into(first, std::move(task)); })) return false;
        settle(*this);
        return true;
    }
    unsigned completions() const { return first->completions; }
    void check() const {
        if (first->completions == 0 || !first->code) return;
        BOOST_TEST((first->code == errc::out_of_memory), first->code.message());
        BOOST_TEST(!first->inside);
        bool const sent = !net.ledger.empty() && net.ledger.back().handed_over > 0;
        BOOST_TEST((first->result.outcome == (sent ? outcome::unknown : outcome::not_sent)));
    }
};

template <class Stop>
struct on_an_open_connection : Stop {
    on_an_open_connection() {
        this->stop(1);
        this->run_for(100ms);
        this->net.forget_requests();
    }
};

struct a_stop_over_tls : a_stop {
    static constexpr bool is_long = true;
    a_stop_over_tls() {
        core.reset();
        secure(net, {});
        open();
    }
    void check() const {
        if (first->code) BOOST_TEST(first->result.outcome != outcome::stopped);
    }
};

struct a_show : scene<> {
    unsigned count = 0;
    error_code code;
    task_info info;

    a_show() {
        net.server = [](request const& r) {
            answer a;
            a.bytes = reply_text(200, r.method == "GET" ? R"({"id":"t","status":"SYNCHRONIZING"})" : "");
            return a;
        };
        open();
    }
    bool run() {
        std::optional<task_ref> task;
        {
            scarce_memory::aside const ours;
            task = sync_task("p", "t");
        }
        auto const start = [&] {
            auto parse = [](std::string_view body, task_info& out) { return wire::parse_task(body, out); };
            detail::reading<task_info, decltype(parse)>::start(
                *core,
                [this](error_code ec, task_info i) {
                    ++count;
                    code = ec;
                    info = std::move(i);
                },
                parse, std::move(*task), oms::call::show_operation(task_kind::sync_task), "query_time=1", nullptr,
                nullptr, core->let_in(nullptr));
        };
        if (!begin(start)) return false;
        settle(*this);
        return true;
    }
    unsigned completions() const { return count; }
    void check() const {
        if (count == 0) return;
        if (code) {
            BOOST_TEST((code == errc::out_of_memory), code.message());
        } else {
            BOOST_TEST(info.status == "SYNCHRONIZING");
        }
    }
};

// The client's own way to its core: the world makes that one with a network of its own.
template <class Tag, typename Tag::type Member>
struct opened {
    friend typename Tag::type member_of(Tag) { return Member; }
};
struct client_core_tag {
    using type = std::shared_ptr<detail::client_core> client::*;
    friend type member_of(client_core_tag);
};
template struct opened<client_core_tag, &client::core_>;

client client_over(std::shared_ptr<detail::client_core> const& core) {
    static client any = [] {
        static boost::asio::io_context nowhere;
        client_config config;
        config.endpoint = "https://oms.test";
        config.credentials = token_credentials("token");
        return client(nowhere, config);
    }();
    client made(std::move(any));
    if (auto& own = made.*member_of(client_core_tag())) own->close();
    made.*member_of(client_core_tag()) = core;
    return made;
}

/// Twenty stops under way, half of them with their requests sent.
template <void (world::*End)()>
struct an_end : scene<> {
    calls all;
    an_end() {
        config.pool.max_connections = 10;
        bool answers = true;
        net.server = [answers](request const& r) mutable {
            bool const is_first = std::exchange(answers, false);
            answer a;
            a.bytes = reply_text(200);
            a.stalls = !is_first && r.target.find("after") == std::string::npos;
            return a;
        };
        open();
        stop(100);
        run_for(100ms);
        for (std::size_t i = 0; i < 20; ++i)
            all.push_back(stop(i));
        run_for(100ms);
    }
    bool run() {
        (this->*End)();
        settle(*this);
        return true;
    }
    unsigned completions() const {
        return static_cast<unsigned>(
                   std::count_if(all.begin(), all.end(), [](auto const& c) { return c->completions == 1; })) /
               static_cast<unsigned>(all.size());
    }
    void check() const {
        for (auto const& each : all) {
            BOOST_TEST((each->code == errc::cancelled || each->code == errc::shut_down), each->code.message());
            BOOST_TEST(!each->inside);
        }
    }
};

/// Three pages to their end, and tasks of them.
struct a_list : scene<> {
    static constexpr bool is_long = true;
    std::optional<client> of;
    std::optional<task_list> list;
    unsigned asked = 0;
    unsigned answered = 0;
    std::vector<std::string> seen;
    bool at_end = false;
    bool failed = false;

    a_list() {
        net.server = [](request const& r) {
            answer a;
            if (r.method != "GET") {
                a.bytes = reply_text(200);
                return a;
            }
            std::size_t const offset = std::stoul(r.target.substr(r.target.find("offset=") + 7));
            std::string rows;
            for (std::size_t i = offset; i < std::min<std::size_t>(offset + 2, 5); ++i) {
                rows += std::string(rows.empty() ? "" : ",") + R"({"sync_task_id":"t)" + std::to_string(i) +
                        R"(","status":"SYNCHRONIZING"})";
            }
            a.bytes = reply_text(200, R"({"tasks":[)" + rows + R"(],"count":5})");
            return a;
        };
        open();
        of.emplace(client_over(core));
        list_query query("p");
        query.limit = 2;
        list.emplace(of->list_all(std::move(query)));
    }
    ~a_list() {
        list.reset();
        of.reset();
    }
    // Asks for one until it is the end; after a failure once more.
    bool run() {
        for (unsigned turns = 0; turns < 40 && !at_end; ++turns) {
            auto const taken = [this](error_code ec, std::optional<task_ref> task) {
                scarce_memory::aside const ours;
                ++answered;
                failed = failed || ec;
                if (ec) BOOST_TEST((ec == errc::out_of_memory), ec.message());
                if (task) seen.push_back(task->task_id);
                at_end = !ec && !task;
            };
            if (begin([&] { list->async_next(taken); })) ++asked;
            settle(*this);
            if (answered != asked) return true;
        }
        return true;
    }
    unsigned completions() const { return asked == answered ? 1 : 0; }
    void check() {
        auto const memory_is_back = [this] {
            at_end = false;
            run();
        };
        if (!at_end) memory_is_back();
        std::sort(seen.begin(), seen.end());
        BOOST_TEST((seen == std::vector<std::string>{"t0", "t1", "t2", "t3", "t4"}), seen.size() << " of 5");
    }
};

struct a_bulk : scene<bulk_world> {
    static constexpr bool is_long = true;
    std::vector<task_ref> tasks = tasks_of(20, 3);

    a_bulk() {
        auto const aside = [](auto f) {
            return [f](auto const&... args) {
                scarce_memory::aside const ours;
                f(args...);
            };
        };
        options.on_result = aside(options.on_result);
        options.on_progress = aside(options.on_progress);
        open();
    }
    bool run() {
        if (!begin([&] { bulk_world::begin(std::move(tasks)); })) return false;
        settle(*this);
        return true;
    }
    unsigned completions() const { return bulk_world::completions; }
    void check() const {
        if (bulk_world::completions == 0) return;
        BOOST_TEST(accounts());
        if (code) BOOST_TEST((code == errc::out_of_memory), code.message());
        if (!code) BOOST_TEST(report.pulled == 20U);
    }
};

struct a_log_in : a_stop {
    std::optional<cloud> all;
    a_log_in() {
        iam_options options;
        options.domain = "account";
        options.user = "user";
        options.password = secret("password-of-the-user");
        config.credentials = iam_token_credentials(options);
        all.emplace(*this);
        core.reset();
        open();
    }
    void check() const {
        if (first->completions == 0 || !first->code) return;
        BOOST_TEST((first->code == errc::out_of_memory), first->code.message());
        BOOST_TEST((first->result.outcome == (all->stops > 0 ? outcome::unknown : outcome::not_sent)));
    }
    bool run() {
        bool const begun = a_stop::run();
        run_for(1s);
        return begun;
    }
};

using a_cancel_of_all = an_end<&world::cancel_all>;

struct a_destructor : an_end<&world::close> {};

}  // namespace

BOOST_AUTO_TEST_SUITE(memory)

BOOST_AUTO_TEST_CASE(a_stop_with_its_dial_over_tls) {
    sweep_all<a_stop_over_tls>();
}

BOOST_AUTO_TEST_CASE(a_stop_on_a_connection_over_tls) {
    sweep_all<on_an_open_connection<a_stop_over_tls>>();
}

BOOST_AUTO_TEST_CASE(a_show_of_a_task) {
    sweep_all<a_show>();
}

BOOST_AUTO_TEST_CASE(a_list_to_its_end) {
    sweep_all<a_list>();
}

BOOST_AUTO_TEST_CASE(a_bulk_of_twenty) {
    sweep_all<a_bulk>();
}

// Not over Asio's own memory: a strand that cannot schedule its turn has queued the function already, and never runs
// again (`strand_executor_service::do_execute`, Boost 1.81). A request to IAM is made on one.
BOOST_AUTO_TEST_CASE(a_log_in_at_iam) {
    sweep_only<a_log_in>(whose::ours);
}

BOOST_AUTO_TEST_CASE(a_cancellation_of_all) {
    sweep_all<a_cancel_of_all>();
}

BOOST_AUTO_TEST_CASE(a_clients_end) {
    sweep_all<a_destructor>();
}

BOOST_AUTO_TEST_CASE(a_stop_with_its_dial) {
    sweep_all<a_stop>();
}

BOOST_AUTO_TEST_CASE(a_stop_on_a_connection) {
    sweep_all<on_an_open_connection<a_stop>>();
}

BOOST_AUTO_TEST_SUITE_END()
