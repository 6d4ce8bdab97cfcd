// SPDX-License-Identifier: BSL-1.0
#include <oms/client.hpp>

#include "client/client_core.hpp"

#include <utility>

namespace oms {

timeout_overrides::timeout_overrides() noexcept = default;
timeout_overrides::timeout_overrides(timeout_options const& all) noexcept
    : total(all.total),
      attempt(all.attempt),
      queue(all.queue),
      resolve(all.resolve),
      connect(all.connect),
      handshake(all.handshake) {}

retry_overrides::retry_overrides() noexcept = default;
retry_overrides::retry_overrides(retry_options const& all) noexcept
    : max_attempts(all.max_attempts),
      base_delay(all.base_delay),
      throttled_delay(all.throttled_delay),
      max_delay(all.max_delay),
      max_retry_after(all.max_retry_after),
      resend_open(all.resend_open) {}

header::header() noexcept = default;
header::header(std::string n, std::string v) noexcept : name(std::move(n)), value(std::move(v)) {}

call_options::call_options() = default;
shutdown_options::shutdown_options() noexcept = default;

client::client(executor_type executor, client_config config)
    : core_(detail::client_core::make(std::move(executor), std::move(config))) {}

client::client(client&&) noexcept = default;

client& client::operator=(client&& other) noexcept {
    if (this != &other) {
        if (core_) core_->close();
        core_ = std::move(other.core_);
    }
    return *this;
}

client::~client() {
    if (core_) core_->close();
}

client::executor_type client::get_executor() const noexcept { return core_->executor(); }
client::executor_type client::executor_of(detail::client_core const& core) noexcept { return core.executor(); }
void client::cancel() noexcept { core_->cancel_all(); }

void client::start_stop(detail::client_core& core, stop_handler handler, task_ref&& task,
                        std::unique_ptr<call_options> options) {
    auto c = std::make_unique<detail::call>(std::move(handler));
    c->task = std::move(task);
    c->operation = &wire::stop_operation(c->task.kind);
    c->options = std::move(options);
    core.start(std::move(c));
}

void client::start_shutdown(core_ptr const& core, shutdown_handler handler, shutdown_options const& options) {
    core->shut_down(std::move(handler), options);
}

}  // namespace oms
