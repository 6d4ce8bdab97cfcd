// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_EXAMPLE_PROMETHEUS_PAGE_HPP
#define OMS_EXAMPLE_PROMETHEUS_PAGE_HPP

// Prometheus' text format: a client's metrics, and what else a service counts.

#include <oms/metrics.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string_view>
#include <vector>

/// Writes metrics as Prometheus reads them.
class prometheus_page {
public:
    explicit prometheus_page(std::ostream& os) : os_(os) {}

    /// All that a client counts.
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

    /// One number, of the kind `gauge` or `counter`.
    void number(std::string_view name, std::string_view kind, std::uint64_t value) {
        type(name, kind);
        os_ << name << ' ' << value << '\n';
    }

    /// A counter for each value of a label.
    void by_reason(std::string_view name, std::string_view label, std::vector<oms::reason_count> const& counts) {
        type(name, "counter");
        for (auto const& each : counts) {
            os_ << name << '{' << label << "=\"" << each.reason << "\"} " << each.count << '\n';
        }
    }

private:
    void type(std::string_view name, std::string_view kind) { os_ << "# TYPE " << name << ' ' << kind << '\n'; }

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

#endif
