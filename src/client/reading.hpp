// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_READING_HPP
#define OMS_CLIENT_READING_HPP

// The operations that read: a call like any other, whose handler takes what
// its reply's body says in place of the call's own result.

#include "client/call.hpp"
#include "client/client_core.hpp"
#include "client/completion.hpp"

#include <memory>
#include <new>
#include <string>
#include <utility>

namespace oms::detail {

/// @tparam Result  `task_info` or `task_page`.
/// @tparam Parse   `error_code(std::string_view body, Result&)`.
template <class Result, class Parse>
class reading final : public call_receiver {
public:
    using handler_type = typename completion<Result>::handler_type;

    static void start(client_core& core, handler_type handler, Parse parse, task_ref task,
                      oms::call::operation const& operation, std::string query, call_rules_ptr own,
                      char const* wrong_option, transport::context_gate::pass&& in) {
        auto receiver = std::make_shared<reading>(std::move(handler), std::move(parse));
        reading const& r = *receiver;
        // The only one: it goes with the call.
        auto c =
            std::make_unique<call>(std::shared_ptr<call_receiver>(std::move(receiver)), operation, std::move(task));
        if (!query.empty()) c->more().query = std::move(query);
        c->own = std::move(own);
        if (wrong_option != nullptr) c->more().wrong_option = wrong_option;
        c->associate_with(r.last_->handler, core.default_executor());
        core.start(std::move(c), std::move(in));
    }

    reading(handler_type handler, Parse parse)
        : last_(std::make_unique<pending_completion<Result>>(std::move(handler))), parse_(std::move(parse)) {}

    void on_call_done(client_core& by, std::unique_ptr<call> done, bool inside) override {
        auto last = std::move(last_);
        take(*last, *done, by);
        done.reset();
        by.deliver(std::move(last), inside);
    }

private:
    void take(pending_completion<Result>& last, call& done, client_core const& by) {
        last.executor = done.executor ? *done.executor : by.default_executor();
        last.slot = done.slot;
        last.code = done.code;
        if (!last.code) {
            try {
                last.code = parse_(done.extras ? done.extras->body : std::string_view(), last.result());
            } catch (std::bad_alloc const&) {
                last.code = errc::out_of_memory;
                last.result() = Result();
            }
        }
        last.result().call = std::move(done.result);
    }

    std::unique_ptr<pending_completion<Result>> last_;
    Parse parse_;
};

}  // namespace oms::detail

#endif
