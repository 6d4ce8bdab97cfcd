// SPDX-License-Identifier: BSL-1.0
#include "event_stream.hpp"

#include "coroutine.hpp"
#include "json_text.hpp"
#include "request_error.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

namespace asio = boost::asio;

namespace stop_service {

namespace {

constexpr std::size_t results_at_a_time = 256;
constexpr std::chrono::seconds heartbeat{15};       // finds out who has left, and keeps proxies from closing
constexpr std::chrono::seconds listener_limit{30};  // who reads no more comes back later

// The reply has no length, and ends with the connection. Whether it ended early the listener knows by `end`.
constexpr char stream_head[] =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: text/event-stream\r\n"
    "Cache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Accel-Buffering: no\r\n"
    "Connection: close\r\n"
    "\r\n"
    "retry: 1000\n\n";

// All that is left to say: a browser does not come back then.
constexpr char nothing_more[] = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

std::string events_of(std::vector<task_result> const& results) {
    std::string text;
    for (task_result const& each : results)
        text += "id: " + std::to_string(each.number) + "\nevent: result\ndata: " + result_text(each) + "\n\n";
    return text;
}

std::string end_of(job_summary const& job) {
    return "event: end\ndata: " + summary_text(job) + "\n";  // the text ends its line
}

}  // namespace

listeners::place::place(listeners& all) : all_(all) {
    if (all.count_ >= all.most_) throw request_error(503, "overloaded: too many listen already");
    ++all.count_;
}

struct event_stream::look {
    std::optional<job_summary> job;
    std::vector<task_result> results;
};

// Both at the same moment, so that they fit together.
asio::awaitable<void> event_stream::read(std::string const& job_id, std::uint64_t after, look& into) {
    group_commit::work const asked = [&](job_store& s) {
        into.job = s.find(job_id);
        into.results = s.results(job_id, after, results_at_a_time);
    };
    co_await store_.run(asked);
}

asio::awaitable<void> event_stream::run(std::string job_id, std::uint64_t after) {
    std::shared_ptr<live_job> const live = runner_.find(job_id);
    look now;
    co_await read(job_id, after, now);
    if (!now.job) throw request_error(404, "there is no such job");
    bool const had_all = now.job->done() && after >= now.job->ended;
    if (!co_await send(had_all ? nothing_more : stream_head) || had_all) co_return;
    for (std::uint64_t seen = 0; now.job; co_await read(job_id, after, now)) {
        if (!now.results.empty()) {
            after = now.results.back().number;
            if (!co_await send(events_of(now.results))) co_return;
        } else if (now.job->done()) {
            co_await send(end_of(*now.job));
            co_return;
        } else if (live && live->recorded != seen) {
            // Something came while it was read.
        } else if (!live || live->over) {
            co_return;  // the service ends; after its restart the job goes on
        } else {
            co_await live->news.wait(heartbeat);
            if (live->recorded == seen && !live->over && !co_await send(":\n\n")) co_return;
        }
        if (live) seen = live->recorded;
    }
}

asio::awaitable<bool> event_stream::send(std::string const& text) {
    stream_.expires_after(listener_limit);
    auto const sent = co_await asio::async_write(stream_, asio::buffer(text), use_tuple);
    co_return !std::get<0>(sent);
}

}  // namespace stop_service
