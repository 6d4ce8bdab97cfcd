// SPDX-License-Identifier: BSL-1.0
//
// Headers that a user's function gives each try.
#include "client/client_core.hpp"
#include "io/harness/report.hpp"

#include <oms/attempt_headers.hpp>
#include <oms/observer.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

struct asked {
    std::uint64_t call_id;
    std::string tag;
    std::string task;
    operation_kind operation;
    unsigned attempt;
    std::string endpoint;
};

struct hearing final : observer {
    std::vector<std::string> warnings;
    std::vector<std::string>* order = nullptr;

    void on_warning(warning_event const& e) noexcept override { warnings.emplace_back(e.code); }
    void on_phase(phase_event const& e) noexcept override {
        if (order != nullptr && e.phase == phase::queued) order->push_back("queued");
    }
};

// Says what it is asked.
struct header_world : world {
    std::vector<asked> heard;
    std::shared_ptr<hearing> watcher = std::make_shared<hearing>();

    header_world() {
        config.observer = watcher;
        give([](attempt_event const& e) {
            return std::vector<request_header>{{"traceparent", "00-" + std::to_string(e.attempt) + "-01"}};
        });
    }
    void give(attempt_headers const& f) {
        config.attempt_headers = [this, f](attempt_event const& e) {
            heard.push_back({e.call.call_id, std::string(e.call.tag), e.task->task_id, e.operation, e.attempt,
                             std::string(e.endpoint)});
            return f(e);
        };
    }
    std::string const& sent(std::size_t i = 0) const { return net.ledger.at(i).request; }
};

std::size_t count(std::string const& text, std::string const& part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++n;
    return n;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(attempt_headers_of_users)

BOOST_AUTO_TEST_CASE(each_try_has_its_own) {
    header_world w;
    w.net.server = [](request const& r) { return after(0s, reply_text(r.number == 0 ? 503 : 200)); };
    call_options options;
    options.tag = "nightly";
    options.headers.emplace_back("X-Mine", "always");
    auto const call = w.stop(sync_task("p", "t1"), options);
    w.run_until_done(*call);
    BOOST_TEST(call->result.outcome == outcome::stopped);
    BOOST_REQUIRE(w.heard.size() == 2U);
    BOOST_REQUIRE(w.net.ledger.size() == 2U);
    for (unsigned i = 0; i < 2; ++i) {
        asked const& a = w.heard[i];
        BOOST_TEST(a.call_id > 0U);
        BOOST_TEST(a.tag == "nightly");
        BOOST_TEST(a.task == "t1");
        BOOST_TEST((a.operation == operation_kind::stop));
        BOOST_TEST(a.attempt == i + 1);
        BOOST_TEST(a.endpoint == w.net.peers.front());
        std::string const& text = w.sent(i);
        BOOST_TEST(text.ends_with("\r\ntraceparent: 00-" + std::to_string(i + 1) + "-01\r\n\r\n"), text);
        BOOST_TEST(count(text, "X-Mine: always\r\n") == 1U);
        BOOST_TEST(count(text, "traceparent") == 1U);
        BOOST_TEST(count(text, "\r\n\r\n") == 1U);
    }
    BOOST_TEST(w.watcher->warnings.empty());
}

BOOST_AUTO_TEST_CASE(without_it_and_with_nothing_to_add_the_bytes_are_the_same) {
    std::vector<std::string> texts;
    for (int const way : {0, 1, 2}) {
        header_world w;
        if (way == 0) w.config.attempt_headers = nullptr;
        if (way == 1) w.give([](attempt_event const&) { return std::vector<request_header>(); });
        w.run_until_done(*w.stop(0));
        texts.push_back(w.sent());
    }
    BOOST_TEST(texts[0] == texts[1]);
    BOOST_TEST(count(texts[2], "traceparent") == 1U);
    auto const at = texts[2].find("traceparent");
    BOOST_TEST(texts[2].erase(at, texts[2].find("\r\n", at) + 2 - at) == texts[0]);
}

BOOST_AUTO_TEST_CASE(a_body_stays_whole) {
    header_world w;
    start_keys keys("a", "source-secret", "b", "destination-secret");
    auto const call = w.start(sync_task("p", "t"), keys);
    w.run_until_done(*call);
    BOOST_TEST(call->result.outcome == outcome::started);
    BOOST_TEST((w.heard.at(0).operation == operation_kind::start));
    std::string const& text = w.sent();
    auto const head_end = text.find("\r\n\r\n");
    BOOST_REQUIRE(head_end != std::string::npos);
    auto const length_at = text.find("Content-Length: ");
    BOOST_REQUIRE(length_at < head_end);
    BOOST_TEST(std::stoul(text.substr(length_at + 16)) == text.size() - head_end - 4);
    BOOST_TEST(text.find("traceparent: 00-1-01\r\n") < head_end + 2);
    BOOST_TEST(text.ends_with("}"));
}

BOOST_AUTO_TEST_CASE(it_is_asked_behind_the_end_of_the_queue_and_before_the_first_byte) {
    header_world w;
    std::vector<std::string> order;
    w.watcher->order = &order;
    w.give([&](attempt_event const&) {
        order.emplace_back("headers");
        return std::vector<request_header>();
    });
    w.net.server = [&](request const&) {
        order.emplace_back("sent");
        return after(0s, reply_text(200));
    };
    w.run_until_done(*w.stop(0));
    BOOST_REQUIRE(order.size() >= 3U);
    order.erase(order.begin(), order.end() - 3);  // waits for the connection
    BOOST_TEST(order == (std::vector<std::string>{"queued", "headers", "sent"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_sent_is_left_out_and_told_once) {
    std::vector<request_header> const bad{{"", "x"},
                                          {"a b", "x"},
                                          {"X-Line", "a\r\nX-Auth-Token: b"},
                                          {"X-Auth-Token", "x"},
                                          {"Host", "x"},
                                          {"content-length", "9"},
                                          {"Transfer-Encoding", "chunked"},
                                          {"X-Huge", std::string(9'000, 'x')}};
    for (request_header const& each : bad) {
        header_world w;
        w.give([&](attempt_event const&) {
            return std::vector<request_header>{{"X-Before", "1"}, each, {"X-Behind", "2"}};
        });
        for (std::size_t i = 0; i < 3; ++i) {
            auto const call = w.stop(i);
            w.run_until_done(*call);
            BOOST_TEST(call->result.outcome == outcome::stopped);
            BOOST_TEST(w.sent(i).ends_with("\r\nX-Before: 1\r\nX-Behind: 2\r\n\r\n"));
        }
        BOOST_TEST(w.watcher->warnings == std::vector<std::string>{"attempt_header_left_out"},
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(one_that_throws_fails_no_call) {
    header_world w;
    w.give([](attempt_event const&) -> std::vector<request_header> { throw std::runtime_error("no"); });
    auto const call = w.stop(0);
    w.run_until_done(*call);
    BOOST_TEST(call->result.outcome == outcome::stopped);
    BOOST_TEST(count(w.sent(), "traceparent") == 0U);
    BOOST_TEST(w.watcher->warnings.size() == 1U);

    header_world scarce;
    scarce.give([](attempt_event const&) -> std::vector<request_header> { throw std::bad_alloc(); });
    auto const other = scarce.stop(0);
    scarce.run_until_done(*other);
    BOOST_TEST(other->result.outcome == outcome::stopped);
}

BOOST_AUTO_TEST_CASE(it_may_end_the_call_or_the_client) {
    for (bool const all : {false, true}) {
        header_world w;
        w.give([&](attempt_event const&) {
            if (all) {
                w.close();
            } else {
                w.core->cancel_all();
            }
            return std::vector<request_header>{{"traceparent", "x"}};
        });
        auto const call = w.stop(0);
        w.run_for(1s);
        BOOST_TEST(call->completions == 1U);
        BOOST_TEST(call->code == error_code(all ? errc::shut_down : errc::cancelled), call->code.message());
        BOOST_TEST(call->result.outcome == outcome::not_sent);
        BOOST_TEST(w.net.ledger.empty());
    }
}

BOOST_AUTO_TEST_CASE(it_may_begin_another_call) {
    header_world w;
    std::shared_ptr<started> other;
    w.give([&](attempt_event const& e) {
        if (e.task->task_id == "t0") other = w.stop(1);
        return std::vector<request_header>{{"X-Task", e.task->task_id}};
    });
    auto const call = w.stop(0);
    w.run_for(1s);
    BOOST_TEST(call->result.outcome == outcome::stopped);
    BOOST_REQUIRE(other != nullptr);
    BOOST_TEST(other->result.outcome == outcome::stopped);
    for (std::size_t i = 0; i < 2; ++i) {
        bool const first = w.sent(i).find("/t0/") != std::string::npos;
        BOOST_TEST(count(w.sent(i), first ? "X-Task: t0\r\n" : "X-Task: t1\r\n") == 1U);
    }
}

// Many at once: none gets another's.
BOOST_AUTO_TEST_CASE(each_request_has_those_of_its_own_call) {
    header_world w;
    w.config.retry.project_budget = unlimited;
    w.give([](attempt_event const& e) {
        return std::vector<request_header>{{"X-Task", e.task->task_id + "/" + std::to_string(e.attempt)}};
    });
    w.net.server = [](request const& r) {
        bool const fails = r.target.find('7') != std::string::npos && r.text.find("/1\r\n") != std::string::npos;
        return after(10ms, reply_text(fails ? 503 : 200));
    };
    std::vector<std::shared_ptr<started>> calls;
    for (std::size_t i = 0; i < 200; ++i)
        calls.push_back(w.stop(i));
    w.run_for(60s);
    for (auto const& each : calls)
        BOOST_TEST(each->result.outcome == outcome::stopped);
    BOOST_TEST(w.net.ledger.size() > 200U);
    for (auto const& each : w.net.ledger) {
        auto const task_at = each.request.find("/sync-tasks/") + 12;
        std::string const task = each.request.substr(task_at, each.request.find('/', task_at) - task_at);
        BOOST_TEST(count(each.request, "\r\nX-Task: " + task + "/") == 1U);
        BOOST_TEST(count(each.request, "X-Task") == 1U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
