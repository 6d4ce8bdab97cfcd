// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_READING_HPP
#define OMS_CLIENT_READING_HPP

// The operations that read: a call like any other, whose handler takes what
// its reply's body says in place of the call's own result.

#include "client/answer.hpp"
#include "client/call.hpp"
#include "client/client_core.hpp"

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/dispatch.hpp>

#include <memory>
#include <string>
#include <utility>

namespace oms::detail {

/// @tparam Result  `task_info` or `task_page`.
/// @tparam Parse   `error_code(std::string_view body, Result&)`.
template <class Result, class Parse>
class reading final : public call_receiver {
public:
    using handler_type = typename answer<Result>::handler_type;

    static void start(client_core& core, handler_type handler, Parse parse, task_ref task,
                      oms::call::operation const& operation, std::string query,
                      std::shared_ptr<call_options const> options, char const* wrong_option, client_core::entry by) {
        auto receiver = std::make_shared<reading>(std::move(handler), std::move(parse));
        reading const& r = *receiver;
        auto c = std::make_unique<call>(
            std::shared_ptr<call_receiver>(std::move(receiver)));  // the only one: it goes with the call
        c->task = std::move(task);
        c->operation = &operation;
        c->query = std::move(query);
        c->options = std::move(options);
        c->wrong_option = wrong_option;
        c->answer_to(r.handler_, core.default_executor());
        core.start(std::move(c), std::move(by));
    }

    reading(handler_type handler, Parse parse) : handler_(std::move(handler)), parse_(std::move(parse)) {}

    void on_call_done(client_core& by, std::unique_ptr<call> done, bool inside) override {
        boost::asio::any_completion_executor own = std::move(done->executor);
        if (!own) own = by.default_executor();
        answer<Result> last{std::move(handler_), std::move(own), done->slot, done->code, {}};
        if (!last.code) last.code = parse_(done->body, last.result);
        last.result.call = std::move(done->result);
        done.reset();
        if (inside) {
            auto const executor = last.executor;
            boost::asio::dispatch(executor, std::move(last));
        } else {
            by.send(std::move(last));
        }
    }

private:
    handler_type handler_;
    Parse parse_;
};

}  // namespace oms::detail

#endif
