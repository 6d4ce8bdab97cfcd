// SPDX-License-Identifier: BSL-1.0
//
// The work through `oms::client`: so many callers, each with one stop after the other.
//
//     --mode coroutine   each a coroutine, which awaits its stops; else each a callback
//     --whole yes        as a program does that stops so many and leaves: nothing is opened before, and it shuts down

#include "client_config.hpp"
#include "open_connections.hpp"
#include "work.hpp"

#include <oms/client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <string>
#include <vector>

namespace {

/// A pool of connections: a client's, for one of its regions.
struct place {
    oms::client& client;
    std::string region;
};

/// What all callers share.
struct work {
    bench::options const& options;
    bench::window& window;
    std::vector<place> const& places;
    std::vector<std::string> const& projects;
    boost::asio::io_context& context;

    void end(bench::steady::time_point begun, bool stopped, unsigned status) const {
        window.end(begun, stopped ? static_cast<int>(status) : 0);
        if (window.complete()) context.stop();
    }
};

/// One caller. Its handler fits into the space that the library keeps for one. It goes from project to project, and
/// from place to place where there are more of them than callers: so each has a connection to itself.
class caller {
public:
    caller(work const& w, std::size_t number)
        : work_(w),
          first_(number % w.places.size()),
          place_(first_),
          project_(number * w.projects.size() / w.options.in_flight) {}

    void next() {
        if (!work_.window.begin()) return;
        begun_ = bench::steady::now();
        place const& at = next_place();
        at.client.async_stop(task(at), [this](oms::error_code ec, oms::stop_result const& result) {
            work_.end(begun_, !ec, result.http_status);
            next();
        });
    }

    boost::asio::awaitable<void> run() {
        while (work_.window.begin()) {
            begun_ = bench::steady::now();
            place const& at = next_place();
            oms::stop_result const result = co_await at.client.async_stop(task(at));
            work_.end(begun_, true, result.http_status);
        }
    }

private:
    place const& next_place() {
        place_ += work_.options.in_flight;
        if (place_ >= work_.places.size()) place_ = first_;
        return work_.places[place_];
    }
    oms::task_ref task(place const& at) {
        project_ = project_ + 1 < work_.projects.size() ? project_ + 1 : 0;
        return oms::sync_task(work_.projects[project_], work_.window.task(), at.region);
    }

    work const& work_;
    std::size_t const first_;
    std::size_t place_;
    std::size_t project_;
    bench::steady::time_point begun_;
};

std::vector<std::string> project_ids(bench::options const& o) {
    std::vector<std::string> ids(o.projects, o.project);
    for (std::size_t i = 1; i < ids.size(); ++i) {
        auto const number = std::to_string(i);
        ids[i].replace(0, number.size(), number);
        ids[i][number.size()] = 'f';
    }
    return ids;
}

// The client's own region where there is but one.
std::vector<place> places_of(std::list<oms::client>& clients, bench::options const& o) {
    std::vector<place> all;
    for (auto& each : clients) {
        for (std::size_t i = 0; i < o.regions; ++i)
            all.push_back({each, o.regions > 1 ? "region-" + std::to_string(i) : std::string()});
    }
    return all;
}

oms::client_config config_of(bench::options const& o) {
    auto config = o.whole ? bench::client_config(o) : bench::long_running(o);
    for (std::size_t i = 0; o.regions > 1 && i < o.regions; ++i)
        config.endpoints["region-" + std::to_string(i)] = config.endpoint;
    return config;
}

}  // namespace

int main(int argc, char** argv) {
    bench::options const options(argc, argv);
    auto const config = config_of(options);
    boost::asio::io_context context(1);
    std::list<oms::client> clients;
    for (std::size_t i = 0; i < options.clients; ++i)
        clients.emplace_back(context, config);

    auto const projects = project_ids(options);
    auto const places = places_of(clients, options);
    std::size_t const connections = std::max(options.connections, options.opened);
    bench::window window(options, "oms");
    for (auto const& each : places) {
        std::size_t const share = (connections + places.size() - 1) / places.size();
        if (!options.whole && !bench::open_connections(each.client, options, share, context, each.region)) return 1;
    }
    work const shared{options, window, places, projects, context};
    std::vector<caller> callers;
    callers.reserve(options.in_flight);
    for (std::size_t i = 0; i < options.in_flight; ++i)
        callers.emplace_back(shared, i);
    for (auto& each : callers) {
        if (options.mode == "coroutine") {
            boost::asio::co_spawn(context, each.run(), boost::asio::detached);
        } else {
            each.next();
        }
    }
    context.run();
    if (options.whole) {
        clients.front().async_shutdown(boost::asio::detached);
        context.restart();
        context.run();
    }
    window.print(clients.front().metrics().handshakes);
    std::fflush(stdout);
    int const status = window.failed() == 0 && window.complete() ? 0 : 1;
    if (!options.whole) std::_Exit(status);  // what is still queued is nobody's
    return status;
}
