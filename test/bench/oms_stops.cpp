// SPDX-License-Identifier: BSL-1.0
//
// Makes so many stops with so many in flight, and prints what one cost.
//
//     oms_stops --endpoint URL --ca FILE --token FILE [-n STOPS] [-c IN_FLIGHT]

#include <oms/client.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <vector>

namespace {

using steady = std::chrono::steady_clock;

struct arguments {
    std::string endpoint, ca_file, token;
    std::size_t stops = 50'000, in_flight = 64;

    arguments(int argc, char** argv) {
        for (int i = 1; i + 1 < argc; i += 2) {
            std::string_view const name = argv[i];
            char const* value = argv[i + 1];
            if (name == "--endpoint") endpoint = value;
            if (name == "--ca") ca_file = value;
            if (name == "--token") std::ifstream(value) >> token;
            if (name == "-n") stops = std::strtoul(value, nullptr, 10);
            if (name == "-c") in_flight = std::strtoul(value, nullptr, 10);
        }
        if (!endpoint.empty() && !token.empty() && stops > 0 && in_flight > 0) return;
        std::fprintf(stderr, "usage: oms_stops --endpoint URL --ca FILE --token FILE [-n STOPS] [-c IN_FLIGHT]\n");
        std::exit(2);
    }
};

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    auto const of = [](timeval t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

class load {
public:
    load(oms::client& client, std::size_t stops) : client_(client), left_(stops) { latencies_.reserve(stops); }

    void next() {
        if (left_ == 0) return;
        --left_;
        auto const begun = steady::now();
        client_.async_stop(oms::sync_task("0123456789abcdef0123456789abcdef", std::to_string(first_id + ++number_)),
                           [this, begun](oms::error_code ec, oms::stop_result const&) {
                               if (ec) ++failed_;
                               latencies_.push_back(steady::now() - begun);
                               next();
                           });
    }

    std::size_t failed() const { return failed_; }
    double microseconds(double quantile) {
        std::sort(latencies_.begin(), latencies_.end());
        auto const at = static_cast<std::size_t>(quantile * static_cast<double>(latencies_.size() - 1));
        return std::chrono::duration<double, std::micro>(latencies_[at]).count();
    }

private:
    static constexpr std::size_t first_id = 1'000'000'000'000'000'000;  // 19 digits each

    oms::client& client_;
    std::size_t left_;
    std::size_t number_ = 0;
    std::size_t failed_ = 0;
    std::vector<steady::duration> latencies_;
};

}  // namespace

int main(int argc, char** argv) {
    arguments const args(argc, argv);
    oms::client_config config;
    config.endpoint = args.endpoint;
    config.tls.ca_file = args.ca_file;
    config.credentials = oms::token_credentials(args.token);
    config.pool.max_connections = args.in_flight;
    config.pool.max_idle = args.in_flight;
    config.pool.idle_timeout = std::chrono::milliseconds(100);
    boost::asio::io_context context(1);
    oms::client client(context, config);

    load work(client, args.stops);
    auto const begun = steady::now();
    double const cpu = cpu_seconds();
    for (std::size_t i = 0; i < args.in_flight; ++i) work.next();
    context.run();
    double const seconds = std::chrono::duration<double>(steady::now() - begun).count();
    auto const n = static_cast<double>(args.stops);
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    auto const m = client.metrics();
    std::printf("prog=oms c=%zu n=%zu rps=%.0f cpu_us=%.2f p50_us=%.0f p99_us=%.0f handshakes=%llu peak_kb=%ld failed=%zu\n",
                args.in_flight, args.stops, n / seconds, 1e6 * (cpu_seconds() - cpu) / n, work.microseconds(0.5),
                work.microseconds(0.99), static_cast<unsigned long long>(m.handshakes), usage.ru_maxrss, work.failed());
    return work.failed() == 0 ? 0 : 1;
}
