// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_READING_HPP
#define OMS_CLIENT_READING_HPP

// The operations that read: a call like any other, whose handler takes what
// its reply's body says in place of the call's own result.

#include "client/answer.hpp"
#include "client/call.hpp"
#include "client/client_core.hpp"
#include "client/parcel.hpp"

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/dispatch.hpp>

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
    using handler_type = typename answer<Result>::handler_type;

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
        c->answer_to(r.last_.handler, core.default_executor());
        core.start(std::move(c), std::move(in));
    }

    reading(handler_type handler, Parse parse) : last_{std::move(handler), {}, {}, {}, {}}, parse_(std::move(parse)) {}

    void on_call_done(client_core& by, std::unique_ptr<call>& done, bool inside) override {
        if (!std::exchange(taken_, true)) take(*done, by);
        parcel<call>::try_send(done, [&](parcel<call> p) {
            auto const to = last_.executor;
            delivery op{std::move(p), *this};
            inside ? boost::asio::dispatch(to, std::move(op)) : by.send(to, std::move(op));
        });
    }

private:
    // The call keeps this, and takes both to the handler.
    struct delivery {
        parcel<call> done;
        reading& of;

        using allocator_type = typename answer<Result>::allocator_type;
        allocator_type get_allocator() const noexcept { return of.last_.get_allocator(); }
        using executor_type = typename answer<Result>::executor_type;
        executor_type get_executor() const noexcept { return of.last_.get_executor(); }

        void operator()() {
            auto c = done.take();
            answer<Result> last = std::move(of.last_);
            c.reset();
            last();
        }
    };

    void take(call& done, client_core const& by) {
        last_.executor = done.executor ? std::move(*done.executor) : by.default_executor();
        last_.slot = done.slot;
        last_.code = done.code;
        if (!last_.code) {
            try {
                last_.code = parse_(done.extras ? done.extras->body : std::string_view(), last_.result);
            } catch (std::bad_alloc const&) {
                last_.code = errc::out_of_memory;
                last_.result = Result();
            }
        }
        last_.result.call = std::move(done.result);
    }

    answer<Result> last_;
    Parse parse_;
    bool taken_ = false;
};

}  // namespace oms::detail

#endif
