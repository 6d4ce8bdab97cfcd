// SPDX-License-Identifier: BSL-1.0
//
// With callbacks: a class that stops one task after another, and is told of each on the client's executor.

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <iostream>
#include <utility>
#include <vector>

namespace asio = boost::asio;

class stopper {
public:
    stopper(oms::client& client, std::vector<oms::task_ref> tasks) : client_(client), tasks_(std::move(tasks)) {}

    void next() {
        if (done_ == tasks_.size()) return end();
        client_.async_stop(tasks_[done_], [this](oms::error_code code, oms::stop_result const& result) {
            // A task that had stopped by itself is as good.
            if (code && code != oms::condition::not_running) {
                std::cerr << oms::describe_failure(code, result) << '\n';
                return end();
            }
            ++done_;
            next();
        });
    }
    std::size_t done() const { return done_; }

private:
    // Idle connections would keep `run()` busy for half a minute.
    void end() {
        client_.async_shutdown(std::chrono::seconds(1), [](oms::error_code) {});
    }

    oms::client& client_;
    std::vector<oms::task_ref> const tasks_;
    std::size_t done_ = 0;
};

int main() {
    oms::testing::simulator_options made;
    made.projects = 1;
    made.tasks_per_project = 3;
    oms::testing::simulator service(made);  // in the place of a region's endpoint
    asio::io_context context;
    oms::client client(context, service.client_config());
    auto const tasks = service.tasks();
    stopper all(client, tasks);
    all.next();
    context.run();
    std::cout << all.done() << " of " << tasks.size() << " tasks stopped\n";
    return all.done() == tasks.size() ? 0 : 1;
}
