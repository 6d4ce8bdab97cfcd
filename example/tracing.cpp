// SPDX-License-Identifier: BSL-1.0
//
// Traces in OpenTelemetry's terms: a span for each call, and one for each of
// its requests, whose id the service gets as `traceparent` (W3C Trace Context).
// They are written as OTLP in JSON, a span a line, which OpenTelemetry's
// collector reads with its receiver of such files; with its SDK at hand, the
// functions that begin and end a span are all that changes.

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace json = boost::json;

// What goes by `traceparent`: which trace, and which span of it.
struct span_context {
    std::string trace;  // 32 hexadecimal digits
    std::string span;   // 16

    std::string traceparent() const { return "00-" + trace + '-' + span + "-01"; }

    // Nothing where the text is none.
    static span_context parse(std::string_view text) {
        if (text.size() != 55 || !text.starts_with("00-") || text[35] != '-' || text[52] != '-') return {};
        return {std::string(text.substr(3, 32)), std::string(text.substr(36, 16))};
    }
};

struct span {
    span_context context;
    std::string parent;
    std::string name;
    std::chrono::system_clock::time_point begun = std::chrono::system_clock::now();
    json::array attributes;

    void say(std::string_view key, std::string_view value) {
        attributes.push_back({{"key", key}, {"value", {{"stringValue", value}}}});
    }
    void say(std::string_view key, std::int64_t value) {
        attributes.push_back({{"key", key}, {"value", {{"intValue", std::to_string(value)}}}});
    }
};

// An observer and a source of headers. Both are called from any of the client's threads, at once.
class tracer final : public oms::observer {
public:
    explicit tracer(std::ostream& to) : to_(to) {}

    // The caller's own span is the tag of the call, where that is a `traceparent`.
    void on_call_begin(oms::call_begin_event const& e) noexcept override {
        std::lock_guard const held(mutex_);
        span_context const caller = span_context::parse(e.call.tag);
        span& s = calls_[e.call.call_id].whole;
        s.name = "oms " + std::string(to_string(e.operation));
        s.parent = caller.span;
        s.context = {caller.trace.empty() ? digits(2) : caller.trace, digits(1)};
        s.say("oms.project_id", e.task->project_id);
        s.say("oms.task_id", e.task->task_id);
    }

    std::vector<oms::request_header> headers_of(oms::attempt_event const& e) {
        std::lock_guard const held(mutex_);
        auto const found = calls_.find(e.call.call_id);
        if (found == calls_.end()) return {};
        call& c = found->second;
        c.attempt = std::make_unique<span>();
        span& s = *c.attempt;
        s.name = e.operation == oms::operation_kind::show || e.operation == oms::operation_kind::list ? "GET" : "POST";
        s.parent = c.whole.context.span;
        s.context = {c.whole.context.trace, digits(1)};
        s.say("http.request.method", s.name);
        s.say("server.address", e.endpoint.substr(0, e.endpoint.rfind(':')));
        if (e.attempt > 1) s.say("http.request.resend_count", e.attempt - 1);
        return {{"traceparent", s.context.traceparent()}};
    }

    void on_phase(oms::phase_event const& e) noexcept override {
        if (e.phase != oms::phase::first_byte || e.http_status == 0) return;
        std::lock_guard const held(mutex_);
        auto const found = calls_.find(e.call.call_id);
        if (found == calls_.end() || !found->second.attempt) return;
        found->second.attempt->say("http.response.status_code", e.http_status);
    }

    void on_retry(oms::retry_event const& e) noexcept override {
        std::lock_guard const held(mutex_);
        if (auto const found = calls_.find(e.call.call_id); found != calls_.end()) end(found->second.attempt, e.code);
    }

    void on_call_end(oms::call_end_event const& e) noexcept override {
        std::lock_guard const held(mutex_);
        auto const node = calls_.extract(e.call.call_id);
        if (node.empty()) return;
        call& c = node.mapped();
        end(c.attempt, e.code);
        c.whole.say("oms.outcome", to_string(e.result->outcome));
        c.whole.say("oms.attempts", e.result->attempts);
        if (!e.result->request_id.empty()) c.whole.say("oms.request_id", e.result->request_id);
        write(c.whole, e.code, 1);
    }

private:
    struct call {
        span whole;
        std::unique_ptr<span> attempt;  // the one that is under way
    };

    void end(std::unique_ptr<span>& attempt, oms::error_code const& code) {
        if (attempt) write(*std::exchange(attempt, nullptr), code, 3);
    }

    // 16 for each word.
    std::string digits(int words) {
        std::string text;
        for (; words > 0; --words) {
            char hex[17];
            std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(random_() | 1U));  // never all 0
            text += hex;
        }
        return text;
    }

    static std::string nanoseconds(std::chrono::system_clock::time_point t) {
        return std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(t.time_since_epoch()).count());
    }

    // @param kind  1: internal, 3: of a client.
    void write(span& s, oms::error_code const& code, int kind) {
        json::object status;
        if (code) {
            status = {{"code", 2}, {"message", code.message()}};
            s.say("error.type", std::string(code.category().name()) + ':' + std::to_string(code.value()));
        }
        json::object const text{{"traceId", s.context.trace},
                                {"spanId", s.context.span},
                                {"parentSpanId", s.parent},
                                {"name", s.name},
                                {"kind", kind},
                                {"startTimeUnixNano", nanoseconds(s.begun)},
                                {"endTimeUnixNano", nanoseconds(std::chrono::system_clock::now())},
                                {"attributes", std::move(s.attributes)},
                                {"status", std::move(status)}};
        json::object const service{{"key", "service.name"}, {"value", {{"stringValue", "oms-tracing-example"}}}};
        json::object const scope{{"scope", {{"name", "oms"}, {"version", oms::version()}}},
                                 {"spans", json::array{text}}};
        json::object const resource{{"resource", {{"attributes", json::array{service}}}},
                                    {"scopeSpans", json::array{scope}}};
        to_ << json::serialize(json::object{{"resourceSpans", json::array{resource}}}) << '\n';
    }

    std::mutex mutex_;
    std::ostream& to_;
    std::mt19937_64 random_{std::random_device()()};
    std::unordered_map<std::uint64_t, call> calls_;
};

static asio::awaitable<void> stop_some(oms::client& client, std::vector<oms::task_ref> tasks) {
    oms::call_options options;
    options.tag = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";  // of the request that this serves
    for (oms::task_ref const& task : tasks)
        co_await client.async_stop(task, options, asio::as_tuple(asio::use_awaitable));
    co_await client.async_shutdown();
}

int main() {
    oms::testing::simulator_options made;
    made.projects = 1;
    made.tasks_per_project = 3;
    oms::testing::simulator server(made);
    server.on(oms::testing::match::task(server.tasks().front())).attempt(1).reply(503, "");

    auto const traces = std::make_shared<tracer>(std::cout);
    oms::client_config config = server.client_config();
    config.observer = traces;
    config.attempt_headers = [traces](oms::attempt_event const& e) { return traces->headers_of(e); };

    asio::io_context context;
    oms::client client(context, config);
    asio::co_spawn(context, stop_some(client, server.tasks()), asio::detached);
    context.run();
}
