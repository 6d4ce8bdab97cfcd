// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_WORLD_HPP
#define OMS_TEST_IO_HARNESS_WORLD_HPP

// One client in a network in memory and in virtual time.

#include "io/harness/codes.hpp"
#include "io/harness/network.hpp"
#include "io/harness/virtual_time.hpp"

#include <oms/client.hpp>
#include <oms/observer.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace oms::call {
struct operation;
}
namespace oms::detail {
class client_core;
}

namespace oms::scripted {

/// A call that was started, and what became of it.
struct started {
    task_ref task;
    boost::asio::cancellation_signal signal;
    unsigned completions = 0;
    bool inside = false;  ///< Completed inside a function that must not complete anything.
    error_code code;
    stop_result result;
    virtual_time::time_point at{};
    std::weak_ptr<void> handler;    ///< Lives as long as the handler.
    std::function<void()> on_done;  ///< Called by the handler.
};

class world {
public:
    world();
    ~world();

    /// Makes the client, of `config`; without a call it is made by the first one.
    void open();
    /// Destroys the client.
    void close();
    /// Destroys the context, and the client with it.
    void lose_context();

    std::shared_ptr<started> stop(task_ref task, std::optional<call_options> options = std::nullopt);
    /// The same into what is there already: it tells what became of the call also where this throws.
    void stop_into(std::shared_ptr<started> const& into, task_ref task, std::optional<call_options> options = {});
    /// The task is `t<number>` of project `p`.
    std::shared_ptr<started> stop(std::size_t number = 0, std::optional<call_options> options = std::nullopt);
    std::shared_ptr<started> start(task_ref task, start_keys keys, std::optional<call_options> options = std::nullopt);
    void cancel(started& call, boost::asio::cancellation_type type);
    void cancel_all();
    std::shared_ptr<std::optional<error_code>> shut_down(shutdown_options const& options);

    bool step() { return time.step(*io); }
    /// Until nothing is left to do, or the time is over.
    void run() { time.run(*io); }
    void run_for(virtual_time::duration d) { time.run(*io, time.now() + d); }
    /// Until the call is completed, and all that is ready besides.
    void run_until_done(started const& call);

    virtual_time time;
    std::unique_ptr<boost::asio::io_context> io;
    network net;
    client_config config;
    std::shared_ptr<detail::client_core> core;

private:
    std::shared_ptr<started> begin(call::operation const& what, task_ref task, std::unique_ptr<start_keys const> keys,
                                   std::optional<call_options> options);
    void begin_into(std::shared_ptr<started> const& into, call::operation const& what, task_ref task,
                    std::unique_ptr<start_keys const> keys, std::optional<call_options> options);

    bool calling_ = false;
};

}  // namespace oms::scripted

#endif
