// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_HTTP1_CONNECTION_HPP
#define OMS_TRANSPORT_HTTP1_CONNECTION_HPP

// One exchange at a time, and watched between them.

#include "transport/connection.hpp"
#include "transport/reply_reader.hpp"
#include "transport/stream.hpp"

#include <oms/error.hpp>
#include <oms/task.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace oms::transport {

class http1_connection final : public connection {
public:
    http1_connection(std::unique_ptr<stream> s, std::shared_ptr<connection_owner> owner);

    void watch() override;
    std::shared_ptr<exchange> offer() noexcept override {
        untold_ = false;
        return {shared_from_this(), &exchange_};
    }
    bool takes_more() const noexcept override {
        lock const held(mutex_);
        return state_ != state::dead;
    }
    void close() noexcept override;
    void trim() noexcept override;

private:
    enum class state : std::uint8_t { idle, sending, receiving, draining, dead };
    using lock = std::unique_lock<std::mutex>;

    struct only_exchange final : exchange {
        using exchange::exchange;
    };

    void forget_request(exchange& x) noexcept override;
    void add_headers(exchange& x, std::string_view lines) noexcept override;
    bool start(exchange& x) noexcept override;
    exchange_failure abandon(exchange& x) noexcept override;
    void on_ready(readiness what, error_code ec) override;
    bool quiet() noexcept;
    void read(lock& held);
    void deliver(lock& held, bool draining = false);
    void drained(lock& held);
    void fail(lock& held, error_code const& ec);
    void sent(error_code const& ec) noexcept;
    bool under_way() const noexcept { return state_ == state::sending || state_ == state::receiving; }
    exchange_failure describe(error_code const& ec) noexcept;
    enum class awaited : std::uint8_t { news, reply, room };
    bool wait(awaited what) noexcept;
    void give_up() noexcept;
    void break_off(error_code const& ec) noexcept;

    mutable std::mutex mutex_;
    std::unique_ptr<stream> const stream_;
    std::shared_ptr<connection_owner> const owner_;
    state state_ = state::idle;
    bool reading_waits_ = false;         // a wait for reading is under way
    std::atomic<bool> started_ = false;  // since the last reply: it waits for reading then
    error_code broken_;                  // a failed write, told when the wait for the reply ends
    only_exchange exchange_{*this};
    // How the last exchange ended, until the owner has taken it over: an owner
    // that gives up at that very moment has to hear of it.
    exchange_failure ended_;  // where `replied_` is false; a reply tells itself
    bool untold_ = false;
    bool replied_ = false;
    exchange_times times_;
    reply_reader reader_;
};

}  // namespace oms::transport

#endif
