// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_SLOW_PARTS_HPP
#define OMS_TEST_IO_HARNESS_SLOW_PARTS_HPP

// What a user brings along, and what answers only when the test says so.

#include <oms/credentials.hpp>
#include <oms/error.hpp>
#include <oms/task.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace oms::scripted {

/// Answers on the thread that tells it.
class slow_provider final : public credentials_provider {
public:
    void async_get(credential_request request, credential_handler handler) override {
        asked_.push_back({std::move(request.executor), std::move(handler)});
    }
    std::size_t asked() const noexcept { return asked_.size(); }
    void answer() {
        for (auto& each : asked_) {
            boost::asio::post(each.executor, [] {});
            each.handler({}, credential::from_token("token"));
        }
        asked_.clear();
    }

private:
    struct question {
        boost::asio::any_io_executor executor;
        credential_handler handler;
    };
    std::vector<question> asked_;
};

/// Gives one task, and keeps whoever wants another until it ends.
class slow_source {
public:
    explicit slow_source(task_ref only) : only_(std::move(only)) {}

    template <boost::asio::completion_token_for<void(error_code, std::optional<task_ref>)> Token>
    auto async_next(Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::optional<task_ref>)>(
            [this](auto handler) { start(std::move(handler)); }, token);
    }
    /// From wherever it is called.
    void end() {
        if (auto const give = std::exchange(pending_, nullptr)) give();
    }

private:
    template <class Handler>
    void start(Handler handler) {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        auto const shared = std::make_shared<Handler>(std::move(handler));
        auto next = std::exchange(only_, std::nullopt);
        bool const last = !next;
        pending_ = [shared, next] {
            boost::asio::dispatch(boost::asio::append(std::move(*shared), error_code(), next));
        };
        if (!last) return end();
        if (slot.is_connected()) slot.assign([this](boost::asio::cancellation_type) { end(); });
    }

    std::optional<task_ref> only_;
    std::function<void()> pending_;
};

}  // namespace oms::scripted

#endif
