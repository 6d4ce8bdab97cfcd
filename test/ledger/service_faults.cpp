// SPDX-License-Identifier: BSL-1.0
#include "ledger/service_faults.hpp"

#include "ledger/audit.hpp"

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace oms::ledger_test {

namespace {

using namespace std::chrono_literals;
using testing::header_list;
using testing::request_details;
using testing::scripted_reply;

struct canned {
    char const* name;
    scripted_reply reply;
    bool executed;
};

std::vector<canned> replies() {
    auto const body = [](std::string const& code) { return R"({"error_code":")" + code + R"(","error_msg":"no"})"; };
    header_list const at_once{{"Retry-After", "0"}};
    return {{"400", scripted_reply(400, body("OMS.0001")), false},
            {"403", scripted_reply(403, body("OMS.0206")), false},
            {"408", scripted_reply(408), false},
            {"429", scripted_reply(429, body("APIGW.0308"), at_once), false},
            {"500", scripted_reply(500, body("OMS.9999")), false},
            {"500, and stopped", scripted_reply(500, "<html>"), true},
            {"502, and stopped", scripted_reply(502, "<html>"), true},
            {"503", scripted_reply(503, body("APIGW.0201"), at_once), false},
            {"504, and stopped", scripted_reply(504, body("APIGW.0201")), true},
            {"two lengths, and stopped", scripted_reply(malformed_status, "ok", {{"Content-Length", "7"}}), true},
            {"length and coding", scripted_reply(malformed_status, "ok", {{"Transfer-Encoding", "chunked"}}), false},
            {"status 101, and stopped", scripted_reply(101), true},
            {"status 600", scripted_reply(600), false}};
}

}  // namespace

void service_faults::begin(testing::simulator& sim, double share, tokens t) {
    auto made = replies();
    constexpr std::size_t others = 10;
    double const each = share / static_cast<double>(made.size() + others);
    auto const any = [&] { return testing::match::any(); };
    for (canned& one : made) {
        auto const answer = [reply = std::move(one.reply)](request_details const&) { return std::optional(reply); };
        sim.on(any()).share(each).reply(counted(one.name, answer)).then_execute(one.executed);
    }
    sim.on(any()).share(each).reply(counted("reset before the reply")).reset_before_reply();
    sim.on(any()).share(each).reply(counted("reset after its head")).reset_after_headers();
    sim.on(any()).share(each).reply(counted("closed at once")).close_after_bytes(0);
    sim.on(any()).share(each).reply(counted("closed in its head")).close_after_bytes(60).without_close_notify();
    sim.on(any()).share(each).reply(counted("stalled in its head")).stall_after_bytes(30);
    sim.on(any()).share(each).reply(counted("no reply")).no_reply();
    sim.on(any()).share(each).reply(counted("late")).delay(5ms);
    sim.on(any()).share(each).reply(counted("dripped")).drip(20, 500us);
    sim.on(any()).share(each).reply(counted("closed when idle")).close_idle_after(1ms);
    // Seldom: each costs the calls of its project a turn.
    if (t == tokens::die) {
        sim.on(any()).share(each / 4).reply(counted("token revoked", [&sim](request_details const& asked) {
            sim.revoke(asked.header("X-Auth-Token"));
            return std::optional<scripted_reply>();
        }));
    }
    using testing::bad_certificate;
    sim.on_connect().share(0.01).reset();
    sim.on_connect().share(0.01).cut_handshake(200);
    sim.on_connect().share(0.005).stall();
    sim.on_connect().share(0.005).fail_handshake();
    sim.on_connect().share(0.002).certificate(bad_certificate::expired);
}

testing::reply_function service_faults::counted(std::string name, testing::reply_function answer) {
    service_fault& fault = all_.emplace_back(std::move(name));
    return [&fault, answer = std::move(answer)](request_details const& asked) {
        ++fault.count;
        return answer ? answer(asked) : std::nullopt;
    };
}

}  // namespace oms::ledger_test
