// SPDX-License-Identifier: BSL-1.0
#include <oms/detail/foreign_handler.hpp>

#include "client/client_core.hpp"
#include "transport/lent_executor.hpp"

#include <oms/bulk.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace oms::detail {

namespace {

namespace asio = boost::asio;
using transport::context_gate;
using transport::loan;

// A handler and its executor, left with the gate of their context. Where that
// goes first, the operation ends as if its own slot had been told so.
template <class... Args>
class handler_abroad final : public loan {
public:
    using handler_type = asio::any_completion_handler<void(Args...)>;

    struct left final : loan::deposit {
        left(handler_type h, asio::any_completion_executor e) : deposit(std::move(e)), handler(std::move(h)) {}
        ~left() override {
            handler = nullptr;
            executor = {};
            if (auto const lost = of.lock()) lost->signal_.emit(asio::cancellation_type::terminal);
        }
        handler_type handler;
        std::weak_ptr<handler_abroad> of;
    };

    using loan::loan;

    static std::shared_ptr<handler_abroad> make(std::shared_ptr<context_gate> gate, handler_type handler,
                                                asio::execution_context& context,
                                                asio::any_completion_executor executor) {
        auto const theirs = asio::get_associated_cancellation_slot(handler);
        auto deposit = std::make_unique<left>(std::move(handler), std::move(executor));
        left& of = *deposit;
        auto made = std::make_shared<handler_abroad>(std::move(gate), context, std::move(deposit));
        of.of = made;
        made->theirs_ = theirs;
        if (made->theirs_.is_connected()) {
            made->theirs_.assign([weak = std::weak_ptr(made)](asio::cancellation_type type) {
                if (auto const self = weak.lock()) self->signal_.emit(type);
            });
        }
        return made;
    }

    asio::cancellation_slot slot() noexcept { return signal_.slot(); }

    /// In its own context.
    template <class... Given>
    void complete(Given&&... args) {
        auto const mine = take();
        if (!mine) return;
        if (theirs_.is_connected()) theirs_.clear();
        mine->executor = {};
        auto handler = std::move(mine->handler);
        std::move(handler)(std::forward<Given>(args)...);
    }

    /// It is never called: its own context destroys it, as soon as it runs.
    void drop() noexcept {
        auto const in = gate().enter();
        if (!in) return;
        auto mine = take();
        if (!mine) return;
        auto const to = mine->executor;
        left& behind = *mine;
        shared_gate()->keep(std::move(mine));
        try {
            to.execute([gate = shared_gate(), &behind] { gate->take_back(behind); });
        } catch (...) {  // no memory: it goes with its context
        }
    }

private:
    std::unique_ptr<left> take() noexcept {
        std::unique_ptr<left> mine(static_cast<left*>(end().release()));
        if (mine) mine->of.reset();
        return mine;
    }

    asio::cancellation_signal signal_;
    asio::cancellation_slot theirs_;
};

// What the client has in place of the handler.
template <class... Args>
class envoy {
public:
    explicit envoy(std::shared_ptr<handler_abroad<Args...>> of) noexcept : of_(std::move(of)) {}
    envoy(envoy&&) noexcept = default;
    envoy& operator=(envoy&&) = delete;
    ~envoy() {
        if (of_) of_->drop();
    }

    using executor_type = asio::any_completion_executor;
    executor_type get_executor() const noexcept { return transport::lent_executor(of_); }
    using cancellation_slot_type = asio::cancellation_slot;
    cancellation_slot_type get_cancellation_slot() const noexcept { return of_->slot(); }

    void operator()(Args... args) {
        auto const last = std::exchange(of_, nullptr);
        last->complete(std::forward<Args>(args)...);
    }

private:
    std::shared_ptr<handler_abroad<Args...>> of_;
};

template <class... Args>
asio::any_completion_handler<void(Args...)> leave(client_core& core,
                                                  asio::any_completion_handler<void(Args...)> handler,
                                                  asio::execution_context& context,
                                                  asio::any_completion_executor executor) {
    return envoy<Args...>(
        handler_abroad<Args...>::make(core.gate_into(context), std::move(handler), context, std::move(executor)));
}

}  // namespace

bool is_executor_of(client_core const& core, asio::any_io_executor const& executor) noexcept {
    auto const in = core.enter();
    return in && executor == core.executor();
}

asio::execution_context const* context_of(client_core const& core) noexcept {
    return core.context();
}

template <class Signature>
asio::any_completion_handler<Signature> leave_abroad(client_core& core, asio::any_completion_handler<Signature> handler,
                                                     asio::execution_context& context,
                                                     asio::any_completion_executor executor) {
    return leave(core, std::move(handler), context, std::move(executor));
}

#define OMS_LEAVE_ABROAD(...)                                                                    \
    template OMS_DECL asio::any_completion_handler<void(__VA_ARGS__)> leave_abroad(              \
        client_core&, asio::any_completion_handler<void(__VA_ARGS__)>, asio::execution_context&, \
        asio::any_completion_executor)
OMS_LEAVE_ABROAD(error_code);
OMS_LEAVE_ABROAD(error_code, stop_result&&);
OMS_LEAVE_ABROAD(error_code, stop_result);
OMS_LEAVE_ABROAD(error_code, task_info);
OMS_LEAVE_ABROAD(error_code, task_page);
OMS_LEAVE_ABROAD(error_code, project_info);
OMS_LEAVE_ABROAD(error_code, std::optional<task_ref>);
OMS_LEAVE_ABROAD(error_code, bulk_report);
#undef OMS_LEAVE_ABROAD

}  // namespace oms::detail
