// SPDX-License-Identifier: BSL-1.0
//
// The work through `oms::client`: so many callers, each with one stop after the other.

#include "client_config.hpp"
#include "work.hpp"

#include <oms/client.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
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
    void only_opens_a_connection() { once_ = true; }

    void next() {
        if (!window_.begin()) return;
        begun_ = bench::steady::now();
        project_ = project_ + 1 < projects_.size() ? project_ + 1 : 0;
        client_.async_stop(oms::sync_task(projects_[project_], window_.task()),
                           [this](oms::error_code ec, oms::stop_result const& result) {
                               window_.end(begun_, ec ? 0 : static_cast<int>(result.http_status));
                               if (window_.complete()) context_.stop();
                               if (!once_) next();
                           });
    }

private:
    oms::client& client_;
    bench::options const& options_;
    bench::window& window_;
    std::vector<std::string> const& projects_;
    boost::asio::io_context& context_;
    std::size_t project_ = 0;
    bool once_ = false;
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
    auto config = bench::client_config(options);
    config.user_agent = "oms-bench/1.0";
    config.pool.max_connections = std::max(options.connections, options.opened);
    config.pool.max_idle = config.pool.max_connections;
    config.pool.idle_timeout = std::chrono::seconds(60);
    config.timeouts.total = std::chrono::hours(1);
    config.timeouts.attempt = std::chrono::hours(1);
    boost::asio::io_context context(1);
    oms::client client(context, config);

    auto const projects = project_ids(options);
    bench::window window(options, "oms");
    std::vector<caller> callers(std::max(options.in_flight, options.opened),
                                caller(client, options, window, projects, context));
    for (std::size_t i = 0; i < callers.size(); ++i) {
        callers[i].begin_at_project(i * projects.size() / callers.size());
        if (i >= options.in_flight) callers[i].only_opens_a_connection();
    }
    for (auto& each : callers)
        each.next();
    context.run();
    window.print(client.metrics().handshakes);
    return window.failed() == 0 && window.complete() ? 0 : 1;
}
