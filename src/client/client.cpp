// SPDX-License-Identifier: BSL-1.0
#include <oms/client.hpp>

#include "call/operation.hpp"
#include "call/start_body.hpp"
#include "call/task_state.hpp"
#include "client/client_core.hpp"
#include "client/project_directory.hpp"
#include "client/reading.hpp"
#include "wire/task_body.hpp"

#include <string>
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

call_options::call_options() = default;
shutdown_options::shutdown_options() noexcept = default;
warm_up_options::warm_up_options() noexcept = default;

start_keys::start_keys() noexcept = default;
start_keys::start_keys(std::string source_ak, std::string source_sk, std::string destination_ak,
                       std::string destination_sk)
    : source_access_key(std::move(source_ak)),
      source_secret_key(std::move(source_sk)),
      destination_access_key(std::move(destination_ak)),
      destination_secret_key(std::move(destination_sk)) {}
start_keys::start_keys(start_keys const&) = default;
start_keys::start_keys(start_keys&&) noexcept = default;
start_keys& start_keys::operator=(start_keys const&) = default;
start_keys& start_keys::operator=(start_keys&&) noexcept = default;
start_keys::~start_keys() = default;

client::client(executor_type executor, client_config config)
    : core_(detail::client_core::make(std::move(executor), std::move(config))) {}

client::client(client&&) noexcept = default;

client& client::operator=(client&& other) noexcept {
    if (this != &other) {
        auto const old = std::exchange(core_, std::move(other.core_));
        if (old) old->close();
    }
    return *this;
}

client::~client() {
    if (auto const core = std::move(core_)) core->close();
}

client::executor_type client::get_executor() const noexcept {
    return core_ ? executor_of(*core_) : executor_type();
}
void client::throw_moved_from() {
    throw boost::system::system_error(errc::shut_down, "the client was moved from");
}
client::executor_type client::executor_of(detail::client_core const& core) noexcept {
    auto const in = core.enter();
    return in ? core.executor() : executor_type();
}
// An observer may destroy the client meanwhile.
std::size_t client::cancel() const noexcept {
    auto const core = core_;
    return core ? core->cancel_all() : 0;
}
std::size_t client::cancel(std::string_view tag) const noexcept {
    auto const core = core_;
    return core ? core->cancel_tagged(tag) : 0;
}
std::size_t client::cancel_project(std::string_view project_id) const noexcept {
    auto const core = core_;
    return core ? core->cancel_project(project_id) : 0;
}
client_metrics client::metrics() const {
    return live()->metrics();
}
std::string client::describe() const {
    return live()->describe();
}

void client::start_stop(detail::client_core& core, stop_handler handler, task_ref&& task, call_options* options) {
    auto own = options != nullptr ? core.rules_of(std::move(*options)) : nullptr;
    auto in = core.enter();
    if (!in) return;  // the context is gone, and the handler with it
    auto c = std::make_unique<detail::call>(std::move(handler), call::stop_operation(task.kind), std::move(task));
    c->own = std::move(own);
    c->associate_with(c->handler, core.default_executor());
    core.start(std::move(c), std::move(in));
}

void client::start_start(detail::client_core& core, stop_handler handler, task_ref&& task, start_keys&& keys,
                         call_options* options) {
    auto own = options != nullptr ? core.rules_of(std::move(*options)) : nullptr;
    auto in = core.enter();
    if (!in) return;
    auto c = std::make_unique<detail::call>(std::move(handler), call::start_operation(task.kind), std::move(task));
    c->more().wrong_option = call::wrong_key(keys, c->task.kind);
    c->more().keys = std::make_unique<start_keys>(std::move(keys));
    c->own = std::move(own);
    c->associate_with(c->handler, core.default_executor());
    core.start(std::move(c), std::move(in));
}

bool task_info::running() const noexcept {
    return call::state_of(task.kind, status) == call::task_state::running;
}

bool task_info::stopped() const noexcept {
    return call::is_stop(call::state_of(task.kind, status));
}

void client::start_show(detail::client_core& core, show_handler handler, task_ref&& task, call_options* options) {
    auto own = options != nullptr ? core.rules_of(std::move(*options)) : nullptr;
    auto in = core.enter();
    if (!in) return;
    auto parse = [task](std::string_view body, task_info& out) {
        out.task = task;
        return wire::parse_task(body, out);
    };
    call::operation const& operation = call::show_operation(task.kind);
    std::string query = core.query_of(operation);
    detail::reading<task_info, decltype(parse)>::start(core, std::move(handler), parse, std::move(task), operation,
                                                       std::move(query), std::move(own), nullptr, std::move(in));
}

void client::start_list(detail::client_core& core, list_handler handler, list_query&& query, call_options* options) {
    detail::call_rules_ptr own;
    if (options != nullptr || query.credentials) {
        call_options all = options != nullptr ? std::move(*options) : call_options();
        if (!all.credentials) all.credentials = query.credentials;
        own = core.rules_of(std::move(all));
    }
    auto in = core.enter();
    if (!in) return;
    call::operation const& operation = call::list_operation(query.kind);
    call::query_values values;
    values.limit = query.limit;
    values.offset = query.offset;
    values.status = query.status;
    std::string text = core.query_of(operation, values);
    char const* const wrong = query.limit < 1 || query.limit > 100 ? "limit"
                              : query.offset > 10'000              ? "offset"
                                                                   : nullptr;
    task_ref whole(query.project_id, {}, query.kind, query.region);
    auto parse = [query = std::move(query)](std::string_view body, task_page& out) {
        return wire::parse_page(body, query, out);
    };
    detail::reading<task_page, decltype(parse)>::start(core, std::move(handler), std::move(parse), std::move(whole),
                                                       operation, std::move(text), std::move(own), wrong,
                                                       std::move(in));
}

void client::start_find_project(detail::client_core& core, find_project_handler handler, std::string&& name,
                                call_options* options) {
    auto own = options != nullptr ? core.rules_of(std::move(*options)) : nullptr;
    core.projects().find(core, std::move(handler), std::move(name), std::move(own));
}

void client::start_shutdown(core_ptr const& core, wait_handler handler, shutdown_options const& options) {
    core->shut_down(std::move(handler), options);
}

void client::start_warm_up(core_ptr const& core, warm_up_handler handler, warm_up_options const& options) {
    core->warm_up(std::move(handler), options);
}

void client::start_wait_idle(core_ptr const& core, wait_handler handler) {
    core->wait_idle(std::move(handler));
}

}  // namespace oms
