// SPDX-License-Identifier: BSL-1.0
// Stops tasks at a steady pace for a long time, over a bad network, at a bad service, and prints what the process uses.
//
//   endurance [--seconds N] [--every SECONDS] [--callers N] [--seed N] [--spoil memory|descriptors|allocations]
//
// Each line is one sample, as comma-separated values under a line of their names. `test/endurance/run` draws them, and
// says whether they are flat. With `--spoil` the process wastes something, which has to be seen.
#include "endurance/bad_service.hpp"
#include "endurance/load.hpp"
#include "endurance/usage.hpp"
#include "ledger/option_words.hpp"
#include "system/support/fixed_resolver.hpp"

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fcntl.h>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace oms::endurance_test {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct options {
    std::chrono::seconds lasts = 1800s;
    std::chrono::seconds every = 10s;
    load_options load;
    std::string spoil;
};

options parse(int count, char** words) {
    options made;
    using word = std::string const&;
    ledger_test::read_options(count, words,
                              {{"--seconds", [&](word n) { made.lasts = std::chrono::seconds(std::stoul(n)); }},
                               {"--every", [&](word n) { made.every = std::chrono::seconds(std::stoul(n)); }},
                               {"--callers", [&](word n) { made.load.callers = std::stoul(n); }},
                               {"--seed", [&](word n) { made.load.seed = std::stoull(n); }},
                               {"--spoil", [&](word what) { made.spoil = what; }}});
    bool const spoils =
        made.spoil.empty() || made.spoil == "memory" || made.spoil == "descriptors" || made.spoil == "allocations";
    if (made.every < 1s || made.lasts < 8 * made.every || made.load.callers < 1 || !spoils)
        throw std::invalid_argument("at least eight samples of a second, one caller, and a known way to spoil it");
    return made;
}

// Delays are short, so that a fault costs no more than a moment of the steady pace.
client_config config_for(bench::service_process const& service) {
    client_config config;
    config.endpoint = service.endpoint();
    config.credentials = token_credentials(service.token());
    config.tls.ca_pem = service.ca_pem();
    config.resolver =
        std::make_shared<test::fixed_resolver>(std::vector<asio::ip::address>{asio::ip::address_v4::loopback()});
    config.pool.max_connections = 32;
    config.timeouts.total = 5s;
    config.timeouts.attempt = 500ms;
    config.timeouts.connect = config.timeouts.handshake = 1s;
    config.retry.base_delay = config.retry.throttled_delay = 1ms;
    config.retry.max_delay = 20ms;
    config.throttle.adaptive = false;
    return config;
}

class sampler {
public:
    sampler(asio::io_context& context, client& of, load& by, options const& o)
        : timer_(context), client_(of), load_(by), options_(o), begun_(std::chrono::steady_clock::now()) {
        std::cout << "seconds,stops,failures,unknown,resident_kib,descriptors,connections,pending,allocations_per_stop,"
                     "cpu_us_per_stop,handshakes"
                  << std::endl;
    }

    /// @param at_end  Called after the last sample.
    void begin(std::function<void()> at_end) {
        at_end_ = std::move(at_end);
        next();
    }

private:
    void next() {
        timer_.expires_at(begun_ + options_.every * ++samples_);
        timer_.async_wait([this](error_code) {
            sample();
            if (options_.every * samples_ >= options_.lasts) return at_end_();
            next();
        });
    }
    void sample() {
        spoil();
        usage const used = now_used();
        auto const m = client_.metrics();
        double const stops = static_cast<double>(std::max<std::uint64_t>(load_.stops() - stops_before_, 1));
        std::cout << (options_.every * samples_).count() << ',' << load_.stops() << ',' << load_.failures() << ','
                  << load_.unknown() << ',' << used.resident_kib << ',' << used.descriptors << ','
                  << m.in_flight + m.idle << ',' << m.in_flight + m.waiting << ','
                  << static_cast<double>(used.allocations - before_.allocations) / stops << ','
                  << static_cast<double>(used.cpu_us - before_.cpu_us) / stops << ',' << m.handshakes << std::endl;
        before_ = used;
        stops_before_ = load_.stops();
    }
    // What no client may do: more with each sample.
    void spoil() {
        if (options_.spoil == "memory") wasted_.emplace_back(512 * 1024, 'x');
        for (int i = 0; i < 4 && options_.spoil == "descriptors"; ++i)
            static_cast<void>(::open("/dev/null", O_RDONLY));
        if (options_.spoil == "allocations") {
            for (std::uint64_t i = 0; i < 100 * samples_ * options_.load.callers; ++i)
                std::make_unique<std::uint64_t>(i).reset();
        }
    }

    asio::steady_timer timer_;
    client& client_;
    load& load_;
    options const& options_;
    std::chrono::steady_clock::time_point const begun_;
    std::uint64_t samples_ = 0;
    usage before_ = now_used();
    std::uint64_t stops_before_ = 0;
    std::vector<std::string> wasted_;
    std::function<void()> at_end_;
};

int run(options const& o) {
    auto const service = bad_service(o.load.seed);
    asio::io_context context(1);
    client stopper(context, config_for(service));
    load by(context, stopper, testing::simulator::project_id(0), o.load);
    sampler samples(context, stopper, by, o);
    by.begin();
    samples.begin([&] {
        by.end();
        stopper.async_shutdown(10s, [](error_code) {});
    });
    context.run();
    return EXIT_SUCCESS;
}

}  // namespace

}  // namespace oms::endurance_test

int main(int count, char** words) {
    try {
        return oms::endurance_test::run(oms::endurance_test::parse(count, words));
    } catch (std::exception const& e) {
        std::cerr << "endurance: " << e.what() << '\n';
        return 2;
    }
}
