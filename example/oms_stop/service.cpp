// SPDX-License-Identifier: BSL-1.0
#include "service.hpp"

#include "failure.hpp"
#include "reading.hpp"
#include "task_text.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace oms_stop {

namespace asio = boost::asio;

namespace {

oms::client_config config_for(options const& o, credential_sources const& sources, std::shared_ptr<watcher> events) {
    auto config = oms::client_config::from_environment();
    config.region = o.region;  // what the environment says of places is in the options already
    config.endpoint.clear();
    config.endpoints.clear();
    for (std::string const& each : o.endpoints) {
        std::size_t const equals = each.find('=');
        if (equals == std::string::npos) {
            config.endpoint = each;
        } else {
            config.endpoints[each.substr(0, equals)] = each.substr(equals + 1);
        }
    }
    config.credentials = sources.provider();
    if (!o.ca_file.empty()) config.tls.ca_file = o.ca_file;
    if (!o.proxy.empty()) config.proxy.url = o.proxy;
    config.pool.max_connections = o.concurrency;
    config.timeouts.total = o.timeout;
    config.throttle.rate = o.rate;
    config.observer = std::move(events);
    config.user_agent = "oms-stop";
    return config;
}

// Reads one list to its end.
class list_reader : public std::enable_shared_from_this<list_reader> {
public:
    using taker = std::function<void(oms::task_info const&, oms::task_ref&&)>;
    using done = std::function<void(oms::error_code, oms::task_list const&)>;

    list_reader(oms::task_list rows, asio::cancellation_slot cancel, taker take, done f)
        : rows_(std::move(rows)), cancel_(cancel), take_(std::move(take)), done_(std::move(f)) {}

    void read() {
        rows_.async_next(asio::bind_cancellation_slot(
            cancel_, [self = shared_from_this()](oms::error_code code, std::optional<oms::task_ref> task) {
                if (code || !task) return self->done_(code, self->rows_);
                self->take_(self->rows_.info(), std::move(*task));
                self->read();
            }));
    }

private:
    oms::task_list rows_;
    asio::cancellation_slot cancel_;
    taker take_;
    done done_;
};

std::string failure_text(watcher const& events, options const& o, oms::task_ref const& place, oms::error_code code,
                         oms::stop_result const& call) {
    std::string const endpoint = host_of_url(endpoint_url(o, place.region));
    if (code == oms::errc::cancelled && events.unreachable_for(endpoint) > oms::duration(0)) {
        return "the endpoint " + endpoint + " was out of reach for longer than --outage";
    }
    return oms::describe_failure(code, call);
}

}  // namespace

selected_task knowledge_of(oms::task_info const& info, oms::task_ref const& task) {
    selected_task result(task);
    result.status = info.status;
    result.source_region = info.source_region;
    result.source_bucket = info.source_bucket;
    result.destination_region = info.destination_region;
    result.destination_bucket = info.destination_bucket;
    result.started_at = info.started_at;
    return result;
}

service::service(options const& o, credential_sources of, console& say)
    : loop(o.deadline), sources(std::move(of)), options_(o), say_(say) {
    events->on_note = [this](std::string const& text) { say_.note(text); };
    events->on_out_of_reach = [this](std::string const& endpoint, oms::error_code code) {
        say_.note("the endpoint " + endpoint + " cannot be reached: " + code.message() + "; it is tried again");
    };
    try {
        client_.emplace(loop.context(), config_for(o, sources, events));
    } catch (oms::config_error const& e) {
        throw usage_error(e.what());
    }
}

service::~service() = default;

void service::preflight(task_stream const& of) {
    std::set<std::tuple<std::size_t, std::string, std::string>> seen;
    std::vector<oms::list_query> queries;
    while (auto const task = of()) {
        std::size_t const account = sources.account_of(task->project_id);
        std::string const own = sources.has_tokens_by_project(account) ? task->project_id : std::string();
        if (!seen.emplace(account, task->region, own).second) continue;
        auto& query = queries.emplace_back(task->project_id, task->kind, task->region);
        query.limit = 1;
    }
    std::size_t refused = 0, failed = 0;
    std::string first;
    reading(*this, options_, "testing")
        .run(
            queries.size(), [&](std::size_t i) { return host_of_url(endpoint_url(options_, queries[i].region)); },
            [&](std::size_t i, asio::cancellation_slot cancel, reading::end const& end) {
                auto tell = [&, i, end](oms::error_code code, oms::task_page const& page) {
                    // Who may stop need not be allowed to list.
                    if (!end(code) || !code || code == oms::condition::permission_denied) return;
                    ++(code == oms::condition::unauthenticated ? refused : failed);
                    if (!first.empty()) return;
                    oms::task_ref const place(queries[i].project_id, {}, queries[i].kind, queries[i].region);
                    first =
                        "project " + place.project_id + ": " + failure_text(*events, options_, place, code, page.call);
                };
                client().async_list(queries[i], asio::bind_cancellation_slot(cancel, std::move(tell)));
            });
    if (loop.ended()) throw failure(loop.how(), std::string(loop.why()) + ": " + nothing_done(options_));
    if (refused + failed == 0) return;
    bool const all = refused == queries.size();
    throw failure(all ? exit_code::credentials_refused : exit_code::refused_to_start,
                  std::string(nothing_done(options_)) + ": " + std::to_string(refused + failed) + " of " +
                      std::to_string(queries.size()) + " tests of endpoints and credentials failed; the first, " +
                      first);
}

std::size_t service::running(std::vector<oms::task_ref> const& projects,
                             std::function<void(selected_task&&)> const& found) {
    std::string fault;
    std::size_t strange = 0;
    reading(*this, options_, "listing project")
        .run(
            projects.size(), [&](std::size_t i) { return host_of_url(endpoint_url(options_, projects[i].region)); },
            [&](std::size_t i, asio::cancellation_slot cancel, reading::end const& end) {
                oms::task_ref const& place = projects[i];
                oms::list_query query(place.project_id, place.kind, place.region);
                auto take = [&](oms::task_info const& info, oms::task_ref&& task) {
                    task.region = place.region;
                    if (!info.running()) return;
                    // What could not be written to a list, or in an address, is no task's id.
                    std::string const wrong = fault_of(task);
                    if (wrong.empty()) return found(knowledge_of(info, task));
                    ++strange;
                    say_.say("project " + place.project_id + " lists \"" + task.task_id +
                             "\", which is left out: " + wrong);
                };
                auto tell = [&, end](oms::error_code code, oms::task_list const& rows) {
                    if (!end(code) || !fault.empty() || (!code && rows.complete())) return;
                    fault =
                        place.project_id + ": " +
                        (code ? failure_text(*events, options_, place, code, rows.call())
                              : std::string("the list moves while it is read, or is longer than the service tells"));
                };
                std::make_shared<list_reader>(client().list_all(std::move(query)), cancel, take, tell)->read();
            });
    if (loop.ended()) throw failure(loop.how(), std::string(loop.why()) + " while tasks were listed");
    if (!fault.empty()) throw failure(exit_code::refused_to_start, "tasks cannot be listed: " + fault);
    return strange;
}

void service::show(std::size_t count, std::function<oms::task_ref(std::size_t)> const& task,
                   std::function<void(std::size_t, shown const&)> const& told) {
    reading(*this, options_, "reading")
        .run(
            count, [&](std::size_t i) { return host_of_url(endpoint_url(options_, task(i).region)); },
            [&](std::size_t i, asio::cancellation_slot cancel, reading::end const& end) {
                auto tell = [&, i, end](oms::error_code code, oms::task_info info) {
                    if (!end(code)) return;
                    shown result{code, std::move(info), {}};
                    if (code) result.fault = failure_text(*events, options_, task(i), code, result.info.call);
                    told(i, result);
                };
                client().async_show(task(i), asio::bind_cancellation_slot(cancel, std::move(tell)));
            });
    if (loop.ended()) throw failure(loop.how(), std::string(loop.why()) + " while tasks were looked at");
}

std::string service::identity(std::size_t account, std::string const& project) {
    oms_stop::account const& of = sources.accounts()[account];
    if (of.source == "token") return "token of " + of.variable;
    if (of.source == "token-file") return "tokens of " + of.file;
    auto& provider = sources.provider_of(account);
    std::string text = provider.label();
    // No other has a key to show, and asking those that ask the network would need the client's.
    if (text != "environment" && text != "profile") return text;
    bool answered = false;
    oms::credential_request request;
    request.project_id = project;
    request.executor = loop.context().get_executor();
    provider.async_get(std::move(request), oms::credential_handler([&](oms::error_code code, oms::credential value) {
                           answered = true;
                           if (code || value.type != oms::credential::kind::key_pair) return;
                           std::string const& ak = value.access_key;
                           text = ak.size() < 12 ? "ak …" : "ak " + ak.substr(0, 4) + "…" + ak.substr(ak.size() - 4);
                       }));
    loop.run_until([&] { return answered || loop.ended(); });
    return text;
}

}  // namespace oms_stop
