// SPDX-License-Identifier: BSL-1.0
//
// A client's metrics in Prometheus' text format, for a service that has a
// page for them already.

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>

namespace asio = boost::asio;

class prometheus_page {
public:
    explicit prometheus_page(std::ostream& os) : os_(os) {}

    void print(oms::client_metrics const& m) {
        number("oms_calls_in_flight", "gauge", m.in_flight);
        number("oms_calls_waiting", "gauge", m.waiting);
        number("oms_connections_idle", "gauge", m.idle);
        number("oms_connections_opening", "gauge", m.dialing);
        number("oms_projects", "gauge", m.projects);
        number("oms_calls_total", "counter", m.calls);
        number("oms_exchanges_total", "counter", m.exchanges);
        number("oms_dials_total", "counter", m.dials);
        number("oms_dial_failures_total", "counter", m.dial_failures);
        number("oms_handshakes_total", "counter", m.handshakes);
        number("oms_handshakes_resumed_total", "counter", m.resumed);
        number("oms_connections_reused_total", "counter", m.reused);
        by_reason("oms_retries_total", "reason", m.retries);
        by_reason("oms_completions_total", "condition", m.completions);
        type("oms_phase_seconds", "histogram");
        for (std::size_t i = 0; i < m.phases.size(); ++i) {
            histogram("oms_phase_seconds", oms::to_string(static_cast<oms::phase>(i)), m.phases[i]);
        }
    }

private:
    void type(std::string_view name, std::string_view kind) { os_ << "# TYPE " << name << ' ' << kind << '\n'; }

    void number(std::string_view name, std::string_view kind, std::uint64_t value) {
        type(name, kind);
        os_ << name << ' ' << value << '\n';
    }

    void by_reason(std::string_view name, std::string_view label, std::vector<oms::reason_count> const& counts) {
        type(name, "counter");
        for (auto const& each : counts) {
            os_ << name << '{' << label << "=\"" << each.reason << "\"} " << each.count << '\n';
        }
    }

    void histogram(std::string_view name, std::string_view phase, oms::duration_histogram const& h) {
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < h.size; ++i) {
            below += h.counts[i];
            os_ << name << "_bucket{phase=\"" << phase << "\",le=\"";
            if (i + 1 < h.size) {
                os_ << std::chrono::duration<double>(h.upper(i)).count();
            } else {
                os_ << "+Inf";
            }
            os_ << "\"} " << below << '\n';
        }
        os_ << name << "_sum{phase=\"" << phase << "\"} " << std::chrono::duration<double>(h.sum).count() << '\n';
        os_ << name << "_count{phase=\"" << phase << "\"} " << h.count << '\n';
    }

    std::ostream& os_;
};

static asio::awaitable<void> stop_all(oms::client& client, std::vector<oms::task_ref> tasks) {
    oms::bulk_options options;
    co_await oms::async_stop_all(client, std::move(tasks), options, asio::as_tuple(asio::use_awaitable));
    prometheus_page(std::cout).print(client.metrics());
    std::cout << "\n# what a person would read:\n" << client.describe();
    co_await client.async_shutdown(std::chrono::seconds(1), asio::use_awaitable);
}

int main() {
    oms::testing::simulator_options made;
    made.projects = 1;
    made.tasks_per_project = 100;
    oms::testing::simulator server(made);

    oms::client_config config;
    config.endpoint = server.endpoint();
    config.tls.ca_pem = server.ca_pem();
    config.credentials = oms::token_credentials(server.token(server.project_id(0)));
    asio::io_context context;
    oms::client client(context, config);
    asio::co_spawn(context, stop_all(client, server.tasks()), asio::detached);
    context.run();
}
