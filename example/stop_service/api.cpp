// SPDX-License-Identifier: BSL-1.0
#include "api.hpp"

#include "json_text.hpp"
#include "log.hpp"
#include "metrics_page.hpp"
#include "page.hpp"
#include "request_error.hpp"
#include "request_guard.hpp"
#include "task_list.hpp"

#include <charconv>
#include <new>
#include <utility>
#include <vector>

namespace http = boost::beast::http;
namespace asio = boost::asio;

namespace stop_service {

namespace {

constexpr std::size_t longest_list = 10'000;
constexpr std::size_t jobs_listed = 50;
constexpr char seconds_to_wait[] = "5";

constexpr std::string_view jobs_path = "/stops";
constexpr std::string_view events_suffix = "/events";

std::string_view path_of(request const& asked) {
    std::string_view const target(asked.target().data(), asked.target().size());
    return target.substr(0, target.find('?'));
}

std::string_view field(request const& asked, http::field name) {
    auto const value = asked[name];
    return {value.data(), value.size()};
}

// Of `/stops/{id}`; nothing where it is none.
std::optional<std::string> job_of(std::string_view path) {
    if (!path.starts_with(jobs_path)) return std::nullopt;
    path.remove_prefix(jobs_path.size());
    if (!path.starts_with('/') || !is_job_id(path.substr(1))) return std::nullopt;
    return std::string(path.substr(1));
}

response reply(http::status status, std::string_view type, std::string body) {
    response made(status, 11);
    made.set(http::field::content_type, boost::beast::string_view(type.data(), type.size()));
    made.set(http::field::cache_control, "no-store");
    made.set("X-Content-Type-Options", "nosniff");
    made.body() = std::move(body);
    return made;
}

response json_reply(http::status status, std::string body) {
    return reply(status, "application/json", std::move(body));
}

response page_reply(page_file const& file) {
    response made = reply(http::status::ok, file.type, std::string(file.text));
    made.set("Content-Security-Policy",
             "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
             "form-action 'none'; frame-ancestors 'none'");
    return made;
}

response not_allowed(char const* methods) {
    response made = refusal(405, "the method is none of this resource");
    made.set(http::field::allow, methods);
    return made;
}

std::uint64_t last_event_id(request const& asked) {
    auto const value = asked["Last-Event-ID"];
    std::uint64_t id = 0;
    if (value.empty()) return id;
    auto const [end, code] = std::from_chars(value.data(), value.data() + value.size(), id);
    if (code != std::errc() || end != value.data() + value.size())
        throw request_error(400, "Last-Event-ID is no number");
    return id;
}

}  // namespace

response refusal(unsigned status, std::string_view why) {
    response made = json_reply(http::int_to_status(status), error_text(why));
    if (status == 503) made.set(http::field::retry_after, seconds_to_wait);
    return made;
}

response refusal(std::exception_ptr const& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (request_error const& e) {
        return refusal(e.status(), e.what());
    } catch (std::bad_alloc const&) {
        return refusal(503, "overloaded: out of memory");
    } catch (database_error const&) {  // of which the operator is told more
        return refusal(503, "the store does not work");
    } catch (std::exception const& e) {
        log_line(std::string("a request failed: ") + e.what());
        return refusal(500, "a fault of the service");
    }
}

void api::check(request const& asked) const {
    std::string_view const host = field(asked, http::field::host);
    if (!is_own_host(host, options_.hosts)) throw request_error(421, "the host is none of this service's");
    if (!is_own_origin(field(asked, http::field::origin), host)) throw request_error(403, "a page of another origin");
}

asio::awaitable<response> api::answer(request const& asked) {
    std::exception_ptr thrown;
    try {
        check(asked);
        response made = co_await route(asked);
        co_return made;
    } catch (...) {
        thrown = std::current_exception();
    }
    co_return refusal(thrown);
}

asio::awaitable<response> api::route(request const& asked) {
    std::string_view const path = path_of(asked);
    bool const get = asked.method() == http::verb::get;
    if (path == jobs_path) {
        if (asked.method() == http::verb::post) co_return co_await accept(asked);
        if (get) co_return co_await tell_jobs();
        co_return not_allowed("GET, POST");
    }
    auto const job = job_of(path);
    page_file const* const file = find_page_file(path);
    if (!job && file == nullptr && path != "/healthz" && path != "/metrics") co_return refusal(404, "there is nothing");
    if (!get) co_return not_allowed("GET");
    if (job) co_return co_await tell_job(*job);
    if (file != nullptr) co_return page_reply(*file);
    if (path == "/healthz") co_return co_await tell_health();
    co_return tell_metrics();
}

asio::awaitable<response> api::accept(request const& asked) {
    if (!is_json(field(asked, http::field::content_type)))
        throw request_error(415, "the Content-Type is not application/json");
    std::vector<oms::task_ref> tasks = parse_task_list(asked.body(), longest_list);
    std::size_t const count = tasks.size();
    std::string const id = co_await runner_.accept(std::move(tasks));
    response made = json_reply(http::status::accepted, accepted_text(id, count));
    made.set(http::field::location, "/stops/" + id);
    co_return made;
}

asio::awaitable<response> api::tell_jobs() {
    std::vector<job_summary> jobs;
    group_commit::work const asked = [&](job_store& s) { jobs = s.latest(jobs_listed); };
    co_await store_.run(asked);
    co_return json_reply(http::status::ok, summaries_text(jobs));
}

asio::awaitable<response> api::tell_job(std::string id) {
    std::optional<job_summary> job;
    group_commit::work const asked = [&](job_store& s) { job = s.find(id); };
    co_await store_.run(asked);
    if (!job) throw request_error(404, "there is no such job");
    co_return json_reply(http::status::ok, summary_text(*job));
}

// Whether it can take a job on: by writing.
asio::awaitable<response> api::tell_health() {
    if (runner_.stopping()) throw request_error(503, "the service is about to end");
    group_commit::work const asked = [](job_store& s) { s.probe(); };
    co_await store_.run(asked);
    co_return reply(http::status::ok, "text/plain", "ok\n");
}

response api::tell_metrics() const {
    return reply(http::status::ok, "text/plain; version=0.0.4",
                 metrics_page(runner_, store_, listeners_, client_.metrics()));
}

std::optional<std::string> api::job_of_events(request const& asked) {
    std::string_view path = path_of(asked);
    if (asked.method() != http::verb::get || !path.ends_with(events_suffix)) return std::nullopt;
    path.remove_suffix(events_suffix.size());
    return job_of(path);
}

asio::awaitable<std::optional<response>> api::serve_events(boost::beast::tcp_stream& stream, request const& asked,
                                                           std::string job_id) {
    std::exception_ptr thrown;
    try {
        check(asked);
        std::uint64_t const after = last_event_id(asked);
        listeners::place const one(listeners_);
        event_stream events(stream, store_, runner_);
        co_await events.run(std::move(job_id), after);
        co_return std::nullopt;
    } catch (...) {
        thrown = std::current_exception();
    }
    co_return refusal(thrown);
}

}  // namespace stop_service
