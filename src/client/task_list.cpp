// SPDX-License-Identifier: BSL-1.0
#include "client/answer.hpp"
#include "client/client_core.hpp"
#include "client/paging.hpp"

#include <oms/client.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>

#include <utility>

namespace oms {

struct task_list::state {
    state(std::shared_ptr<detail::client_core> c, list_query q) : core(std::move(c)), rows(std::move(q)) {}

    // The next of the rows that are here already.
    std::optional<task_ref> give() {
        auto row = rows.next();
        if (!row) return std::nullopt;
        last = std::move(*row);
        return last.task;
    }

    std::shared_ptr<detail::client_core> const core;
    detail::paging rows;
    task_info last;
    stop_result call;
};

// Takes a page, and asks for another as long as nothing in them is new.
struct task_list::page_op {
    std::shared_ptr<state> of;
    next_handler handler;

    using allocator_type = boost::asio::associated_allocator<next_handler>::type;
    allocator_type get_allocator() const noexcept { return boost::asio::get_associated_allocator(handler); }
    using executor_type = boost::asio::any_completion_executor;
    executor_type get_executor() const noexcept {
        return boost::asio::get_associated_executor(handler, of->core->default_executor());
    }
    using cancellation_slot_type = boost::asio::cancellation_slot;
    cancellation_slot_type get_cancellation_slot() const noexcept {
        return boost::asio::get_associated_cancellation_slot(handler);
    }

    void operator()(error_code code, task_page page) {
        of->call = std::move(page.call);
        if (code) return complete(code, std::nullopt);
        of->rows.take(std::move(page));
        if (auto task = of->give()) return complete({}, std::move(task));
        if (of->rows.at_end()) return complete({}, std::nullopt);
        ask(std::move(of), std::move(handler));
    }

    // The operation holds nothing any more when its handler runs.
    void complete(error_code code, std::optional<task_ref> task) {
        of.reset();
        auto last = std::move(handler);
        std::move(last)(code, std::move(task));
    }

    static void ask(std::shared_ptr<state> of, next_handler handler) {
        state& s = *of;
        list_query wanted = s.rows.wanted();
        client::start_list(*s.core, client::list_handler(page_op{std::move(of), std::move(handler)}),
                           std::move(wanted));
    }
};

task_list::task_list(std::shared_ptr<detail::client_core> core, list_query query)
    : state_(std::make_shared<state>(std::move(core), std::move(query))) {}
task_list::task_list(task_list&&) noexcept = default;
task_list& task_list::operator=(task_list&&) noexcept = default;
task_list::~task_list() = default;

task_info const& task_list::info() const noexcept {
    return state_->last;
}

bool task_list::complete() const noexcept {
    return state_->rows.complete();
}

stop_result const& task_list::call() const noexcept {
    return state_->call;
}

client::executor_type task_list::executor_of(state const& s) noexcept {
    return client::executor_of(*s.core);
}

detail::client_core& task_list::core_of(state const& s) noexcept {
    return *s.core;
}

void task_list::start_next(std::shared_ptr<state> const& s, next_handler handler) {
    auto task = s->give();
    if (!task && !s->rows.at_end()) return page_op::ask(s, std::move(handler));
    auto const in = s->core->enter();
    if (!in) return;
    auto executor = boost::asio::get_associated_executor(handler, s->core->default_executor());
    // What is here already is told later, too.
    s->core->send(
        detail::answer<std::optional<task_ref>>{std::move(handler), std::move(executor), {}, {}, std::move(task)});
}

task_list client::list_all(list_query query) const {
    return {live(), std::move(query)};
}

}  // namespace oms
