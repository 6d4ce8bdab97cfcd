// SPDX-License-Identifier: BSL-1.0
#include <oms/client.hpp>

#include "client/client_core.hpp"
#include "client/project_directory.hpp"
#include "client/reading.hpp"
#include "wire/percent.hpp"
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

header::header() noexcept = default;
header::header(std::string n, std::string v) noexcept : name(std::move(n)), value(std::move(v)) {}

call_options::call_options() = default;
task_info::task_info() = default;
list_query::list_query() = default;
list_query::list_query(std::string project, task_kind k, std::string r)
    : project_id(std::move(project)), kind(k), region(std::move(r)) {}
task_page::task_page() = default;
project_info::project_info() = default;
shutdown_options::shutdown_options() noexcept = default;

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
void client::cancel() noexcept {
    auto const core = core_;  // an observer may destroy the client meanwhile
    if (core) core->cancel_all();
}
client_metrics client::metrics() const {
    return live()->metrics();
}
std::string client::describe() const {
    return live()->describe();
}

void client::start_stop(detail::client_core& core, stop_handler handler, task_ref&& task,
                        std::unique_ptr<call_options> options) {
    auto const in = core.enter();
    if (!in) return;  // the context is gone, and the handler with it
    auto c = std::make_unique<detail::call>(std::move(handler));
    c->task = std::move(task);
    c->operation = &wire::stop_operation(c->task.kind);
    c->options = std::move(options);
    c->answer_to(c->handler, core.default_executor());
    core.start(std::move(c));
}

bool task_info::running() const noexcept {
    switch (task.kind) {
        case task_kind::sync_task:
            return status == "SYNCHRONIZING";
        case task_kind::migration_task:
            return status == "1" || status == "2" || status == "6";
        case task_kind::task_group:
            break;
    }
    return status == "0" || status == "1" || status == "2";
}

bool task_info::stopped() const noexcept {
    return task.kind == task_kind::sync_task ? status == "STOPPED" : status == "3" || status == "7";
}

void client::start_show(detail::client_core& core, show_handler handler, task_ref&& task) {
    auto const in = core.enter();
    if (!in) return;
    auto parse = [task](std::string_view body, task_info& out) {
        out.task = task;
        return wire::parse_task(body, out);
    };
    wire::operation const& operation = wire::show_operation(task.kind);
    std::string query = core.show_query(task.kind);
    detail::reading<task_info, decltype(parse)>::start(core, std::move(handler), parse, std::move(task), operation,
                                                       std::move(query), nullptr, nullptr);
}

void client::start_list(detail::client_core& core, list_handler handler, list_query&& query) {
    auto const in = core.enter();
    if (!in) return;
    // In the canonical order, which a signature needs.
    std::string text = "limit=" + std::to_string(query.limit) + "&offset=" + std::to_string(query.offset);
    if (!query.status.empty()) {
        text += "&status=";
        wire::append_encoded(text, query.status);
    }
    auto const options = std::make_shared<call_options>();
    options->credentials = query.credentials;
    char const* const wrong = query.limit < 1 || query.limit > 100 ? "limit"
                              : query.offset > 10'000              ? "offset"
                                                                   : nullptr;
    task_ref whole(query.project_id, {}, query.kind, query.region);
    auto parse = [query = std::move(query)](std::string_view body, task_page& out) {
        return wire::parse_page(body, query, out);
    };
    wire::operation const& operation = wire::list_operation(whole.kind);
    detail::reading<task_page, decltype(parse)>::start(core, std::move(handler), std::move(parse), std::move(whole),
                                                       operation, std::move(text), options, wrong);
}

void client::start_find_project(detail::client_core& core, find_project_handler handler, std::string&& name) {
    core.projects().find(core, std::move(handler), std::move(name));
}

void client::start_shutdown(core_ptr const& core, shutdown_handler handler, shutdown_options const& options) {
    core->shut_down(std::move(handler), options);
}

}  // namespace oms
