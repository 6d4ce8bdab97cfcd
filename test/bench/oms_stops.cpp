// SPDX-License-Identifier: BSL-1.0
//
// The work through `oms::client`: so many callers, each with one stop after the other.

#include "client_config.hpp"
#include "open_connections.hpp"
#include "work.hpp"

#include <oms/client.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

/// One caller. Its handler fits into the space that the library keeps for one.
class caller {
public:
    caller(oms::client& client, bench::options const& o, bench::window& w, std::vector<std::string> const& projects,
           boost::asio::io_context& context)
        : client_(client), options_(o), window_(w), projects_(projects), context_(context) {}

    void begin_at_project(std::size_t index) { project_ = index; }

    void next() {
        if (!window_.begin()) return;
        begun_ = bench::steady::now();
        project_ = project_ + 1 < projects_.size() ? project_ + 1 : 0;
        client_.async_stop(oms::sync_task(projects_[project_], window_.task()),
                           [this](oms::error_code ec, oms::stop_result const& result) {
                               window_.end(begun_, ec ? 0 : static_cast<int>(result.http_status));
                               if (window_.complete()) context_.stop();
                               next();
                           });
    }

private:
    oms::client& client_;
    bench::options const& options_;
    bench::window& window_;
    std::vector<std::string> const& projects_;
    boost::asio::io_context& context_;
    std::size_t project_ = 0;
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

}  // namespace

int main(int argc, char** argv) {
    bench::options const options(argc, argv);
    auto const config = bench::long_running(options);
    boost::asio::io_context context(1);
    oms::client client(context, config);

    auto const projects = project_ids(options);
    bench::window window(options, "oms");
    if (!bench::open_connections(client, options, config.pool.max_connections, context)) return 1;
    std::vector<caller> callers(options.in_flight, caller(client, options, window, projects, context));
    for (std::size_t i = 0; i < callers.size(); ++i)
        callers[i].begin_at_project(i * projects.size() / callers.size());
    for (auto& each : callers)
        each.next();
    context.run();
    window.print(client.metrics().handshakes);
    std::fflush(stdout);
    std::_Exit(window.failed() == 0 && window.complete() ? 0 : 1);  // what is still queued is nobody's
}
