// SPDX-License-Identifier: BSL-1.0
#include "io/harness/world.hpp"

#include "call/operation.hpp"
#include "client/client_core.hpp"
#include "system/support/spoken.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>

#include <string>
#include <utility>

namespace oms::scripted {

namespace {

// Says that no completion may run now.
class forbid {
public:
    explicit forbid(bool& flag) noexcept : flag_(flag), before_(std::exchange(flag, true)) {}
    ~forbid() { flag_ = before_; }

private:
    bool& flag_;
    bool const before_;
};

}  // namespace

world::world() : io(std::make_unique<boost::asio::io_context>()), net(*io, time) {
    config.endpoint = "https://oms.test";
    config.credentials = token_credentials("secret-token");
    config.random_seed = 1;
    config.http = http_version::http_1_1;
    if (!test::over_http_2()) return;
    config.http = http_version::http_2;
    config.pool.max_streams = 1;
    net.speaks = transport::protocol::http_2;
}

world::~world() {
    if (io) lose_context();
}

void world::open() {
    detail::client_core::services with;
    with.time = time.make_clock();
    with.dialer = net.make_dialer();
    auth::http_fetcher::ways ways;
    ways.secure = with.dialer;
    ways.secure_by = [dialer = with.dialer](auth::tls_ptr const&) { return dialer; };
    ways.plain = with.dialer;
    ways.make_clock = [this] { return time.make_clock(); };
    ways.watcher = config.observer;
    detail::settings made(config);
    ways.proxy = made.proxy;
    with.http = std::make_shared<auth::http_fetcher>(std::move(ways), "oms-cpp/test");
    core = detail::client_core::make(io->get_executor(), std::move(made), std::move(with));
}

void world::close() {
    forbid const now(calling_);
    core->close();
    core.reset();
}

void world::lose_context() {
    io.reset();
    time.clear();
    net.forget_waits();
    core.reset();
}

std::shared_ptr<started> world::stop(task_ref task, std::optional<call_options> options) {
    auto const& what = call::stop_operation(task.kind);
    return begin(what, std::move(task), nullptr, std::move(options));
}

std::shared_ptr<started> world::start(task_ref task, start_keys keys, std::optional<call_options> options) {
    auto const& what = call::start_operation(task.kind);
    return begin(what, std::move(task), std::make_unique<start_keys>(std::move(keys)), std::move(options));
}

std::shared_ptr<started> world::begin(call::operation const& what, task_ref task,
                                      std::unique_ptr<start_keys const> keys, std::optional<call_options> options) {
    if (!core) open();
    auto const call = std::make_shared<started>();
    begin_into(call, what, std::move(task), std::move(keys), std::move(options));
    return call;
}

void world::stop_into(std::shared_ptr<started> const& into, task_ref task, std::optional<call_options> options) {
    auto const& what = call::stop_operation(task.kind);
    begin_into(into, what, std::move(task), nullptr, std::move(options));
}

void world::begin_into(std::shared_ptr<started> const& call, oms::call::operation const& what, task_ref task,
                       std::unique_ptr<start_keys const> keys, std::optional<call_options> options) {
    call->task = task;
    auto const life = std::make_shared<int>();
    call->handler = life;
    auto made = std::make_unique<detail::call>(
        boost::asio::bind_cancellation_slot(call->signal.slot(),
                                            [this, call, life](error_code code, stop_result r) {
                                                ++call->completions;
                                                call->inside = call->inside || calling_;
                                                call->code = code;
                                                call->result = std::move(r);
                                                call->at = time.now();
                                                if (call->on_done) call->on_done();
                                            }),
        what, std::move(task));
    if (keys) made->more().keys = std::move(keys);
    made->associate_with(made->handler, core->default_executor());
    if (options) made->own = core->rules_of(std::move(*options));
    forbid const now(calling_);
    core->start(std::move(made));
}

std::shared_ptr<started> world::stop(std::size_t number, std::optional<call_options> options) {
    return stop(sync_task("p", "t" + std::to_string(number)), std::move(options));
}

void world::cancel(started& call, boost::asio::cancellation_type type) {
    forbid const now(calling_);
    call.signal.emit(type);
}

void world::cancel_all() {
    forbid const now(calling_);
    core->cancel_all();
}

std::shared_ptr<std::optional<error_code>> world::shut_down(shutdown_options const& options) {
    auto const result = std::make_shared<std::optional<error_code>>();
    forbid const now(calling_);
    core->shut_down([result](error_code ec) { *result = ec; }, options);
    return result;
}

void world::run_until_done(started const& call) {
    while (call.completions == 0 && step()) {
    }
    time.run(*io, time.now());
}

}  // namespace oms::scripted
