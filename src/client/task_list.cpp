// SPDX-License-Identifier: BSL-1.0
#include "client/client_core.hpp"
#include "client/paging.hpp"

#include <oms/client.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>

#include <new>
#include <optional>
#include <utility>

namespace oms {

struct task_list::state {
    state(std::shared_ptr<detail::client_core> c, list_query q, std::unique_ptr<call_options> o)
        : core(std::move(c)), options(std::move(o)), rows(std::move(q)) {}

    // The next of the rows that are here already. Where it throws, that is the next one still.
    std::optional<task_ref> give() {
        if (!untaken) {
            auto row = rows.next();
            if (!row) return std::nullopt;
            last = std::move(*row);
            untaken = true;
        }
        std::optional<task_ref> task(last.task);
        untaken = false;
        return task;
    }

    std::shared_ptr<detail::client_core> const core;
    std::unique_ptr<call_options> const options;  // null: the client's own
    detail::paging rows;
    task_info last;
    bool untaken = false;  // `last` was not given yet
    stop_result call;
    std::optional<next_handler> handler;  // while a page is under way
    bool asking = false;                  // for one, at this moment
    bool dropped = false;                 // it was not asked for
};

// Takes a page, and asks for another as long as nothing in them is new.
struct task_list::page_op {
    std::shared_ptr<state> of;

    explicit page_op(std::shared_ptr<state> s) noexcept : of(std::move(s)) {}
    page_op(page_op&&) noexcept = default;
    page_op& operator=(page_op&&) = delete;
    // Uncalled, as its context is gone: the handler may be what keeps the list. Or it was not asked at all.
    ~page_op() {
        if (!of) return;
        of->dropped = true;
        if (!of->asking) of->handler.reset();
    }

    using allocator_type = boost::asio::associated_allocator<next_handler>::type;
    allocator_type get_allocator() const noexcept { return boost::asio::get_associated_allocator(*of->handler); }
    using executor_type = boost::asio::any_completion_executor;
    executor_type get_executor() const noexcept {
        return boost::asio::get_associated_executor(*of->handler, of->core->default_executor());
    }
    using cancellation_slot_type = boost::asio::cancellation_slot;
    cancellation_slot_type get_cancellation_slot() const noexcept {
        return boost::asio::get_associated_cancellation_slot(*of->handler);
    }

    void operator()(error_code code, task_page page) {
        of->call = std::move(page.call);
        std::optional<task_ref> task;
        if (!code) {
            try {
                bool const asked = more(page, task);
                if (asked) return of.reset();
            } catch (std::bad_alloc const&) {
                code = errc::out_of_memory;
            }
        }
        complete(code, std::move(task));
    }

    // Whether another page was asked for.
    bool more(task_page& page, std::optional<task_ref>& task) {
        of->rows.take(std::move(page));
        task = of->give();
        if (task || of->rows.at_end()) return false;
        ask(of);
        return true;
    }

    // The operation holds nothing any more when its handler runs.
    void complete(error_code code, std::optional<task_ref> task) {
        auto last = std::move(*of->handler);
        of->handler.reset();
        of.reset();
        std::move(last)(code, std::move(task));
    }

    static void ask(std::shared_ptr<state> const& of) {
        struct scope {
            state& s;
            explicit scope(state& of) noexcept : s(of) {
                s.asking = true;
                s.dropped = false;
            }
            ~scope() { s.asking = false; }
        } const now(*of);
        std::optional<call_options> own;
        if (of->options) own.emplace(*of->options);
        client::start_list(*of->core, client::list_handler(page_op(of)), list_query(of->rows.wanted()),
                           own ? &*own : nullptr);
        if (of->dropped) of->handler.reset();  // its context is gone
    }
};

task_list::task_list(std::shared_ptr<detail::client_core> core, list_query query, std::unique_ptr<call_options> options)
    : state_(std::make_shared<state>(std::move(core), std::move(query), std::move(options))) {}
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
    if (!task && !s->rows.at_end()) {
        s->handler.emplace(std::move(handler));
        try {
            return page_op::ask(s);
        } catch (...) {
            s->handler.reset();
            throw;
        }
    }
    auto const in = s->core->enter();
    if (!in) return;
    // What is here already is told later, too.
    bool const given = task.has_value();
    try {
        auto executor = detail::executor_of(handler, s->core->default_executor());
        s->core->send(executor, detail::completion<std::optional<task_ref>>{
                                    std::move(handler), executor, {}, {}, std::move(task)});
    } catch (...) {
        s->untaken = given;
        throw;
    }
}

task_list client::list_all(list_query query) const {
    return {live(), std::move(query), nullptr};
}

task_list client::list_all(list_query query, call_options options) const {
    return {live(), std::move(query), std::make_unique<call_options>(std::move(options))};
}

}  // namespace oms
