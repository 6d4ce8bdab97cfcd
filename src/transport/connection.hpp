// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_CONNECTION_HPP
#define OMS_TRANSPORT_CONNECTION_HPP

// One connection: offers exchanges, one at a time over HTTP/1.1, and is watched between them.

#include "transport/reply.hpp"
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

class connection;
class exchange;

/// Why an exchange ended without a usable reply.
struct exchange_failure {
    error_code code;   ///< Of the library.
    error_code cause;  ///< What the system said.
    oms::phase phase = oms::phase::write;
    bool handed_over = false;  ///< The kernel took a byte of the request.
    bool got_bytes = false;    ///< A byte of a reply came.
    exchange_times times;
    reply const* head = nullptr;  ///< A whole, well-formed header came, and then the body failed.
};

/// Who uses connections. Called with no lock held; may start the next exchange,
/// and call users' handlers, whose exceptions pass through.
class connection_owner {
public:
    virtual ~connection_owner() = default;
    virtual void on_reply(exchange& x, reply const& r) = 0;
    /// The rest of a reply that was told as `draining` has come: the connection may carry another exchange. Where it
    /// may not, `on_idle_closed` says so, with `errc::body_too_large` for a rest that was too much.
    virtual void on_drained(connection& c) = 0;
    virtual void on_exchange_failed(exchange& x, exchange_failure const& f) = 0;
    /// An idle one has ended: closed by the peer, or spoken to without being asked.
    virtual void on_idle_closed(connection& c, error_code const& why) = 0;
};

/// One request and its reply. It goes with its connection.
class exchange {
public:
    explicit exchange(connection& c) noexcept : on_(c) {}
    exchange(exchange const&) = delete;
    exchange& operator=(exchange const&) = delete;

    connection& on() const noexcept { return on_; }

    // What is sent, and how much of a reply to take: filled in by whoever was offered it. The request is wiped once it
    // is sent.
    std::string request;
    std::size_t header_limit = 0;
    std::size_t body_limit = 0;
    bool confidential = false;         ///< The reply holds a secret.
    bool lenient = false;              ///< The reply's header is mended; it is the connection's last.
    bool follows = false;              ///< Hardly any time has passed since the last reply.
    time_source const* now = nullptr;  ///< Where the times of the exchange are wanted.

    /// The request is not sent after all: wipes what there is of it.
    void forget_request() noexcept;

    /// Adds whole header lines to the request; none where it was given up meanwhile.
    /// Without memory it is as it was.
    void add_headers(std::string_view lines) noexcept;

    /// Sends the request; the owner is told what becomes of it, never inside
    /// this call. False where the connection has ended: nothing was sent, and
    /// the owner hears no more of it.
    [[nodiscard]] bool start() noexcept;

    /// Gives it up: the owner is told nothing more of it, but for what is on
    /// its way already. Over HTTP/1.1 its connection is closed. What it had
    /// come to stays readable as long as the connection.
    exchange_failure abandon() noexcept;

    // The owner's, and guarded by it.
    void* record = nullptr;                   ///< Of what it is for; null: of nothing any more.
    std::shared_ptr<exchange> next_to_start;  ///< While it is on its way to `start`.

private:
    connection& on_;
};

/// Thread safe. After an exchange failed, and after `close`, it is of no more use.
class connection final : public stream_user, public std::enable_shared_from_this<connection> {
public:
    connection(std::unique_ptr<stream> s, std::shared_ptr<connection_owner> owner);

    /// Starts watching. Once, before anything else.
    void watch();

    /// An exchange that may begin. To be asked for only where none goes on.
    std::shared_ptr<exchange> offer() noexcept {
        untold_ = false;
        return {shared_from_this(), &exchange_};
    }

    /// Closes an idle one and tells the peer.
    void close() noexcept;

    /// Gives up the memory that only an exchange needs.
    void trim() noexcept;

    void* record = nullptr;  ///< The owner's, and guarded by it.

private:
    friend class exchange;
    enum class state : std::uint8_t { idle, sending, receiving, draining, dead };
    using lock = std::unique_lock<std::mutex>;

    void forget_request() noexcept;
    void add_headers(std::string_view lines) noexcept;
    bool start() noexcept;
    exchange_failure abandon() noexcept;
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

    std::mutex mutex_;
    std::unique_ptr<stream> const stream_;
    std::shared_ptr<connection_owner> const owner_;
    state state_ = state::idle;
    bool reading_waits_ = false;         // a wait for reading is under way
    std::atomic<bool> started_ = false;  // since the last reply: it waits for reading then
    error_code broken_;                  // a failed write, told when the wait for the reply ends
    exchange exchange_{*this};
    // How the last exchange ended, until the owner has taken it over: an owner
    // that gives up at that very moment has to hear of it.
    exchange_failure ended_;  // where `replied_` is false; a reply tells itself
    bool untold_ = false;
    bool replied_ = false;
    exchange_times times_;
    reply_reader reader_;
};

inline void exchange::forget_request() noexcept {
    on_.forget_request();
}
inline void exchange::add_headers(std::string_view lines) noexcept {
    on_.add_headers(lines);
}
inline bool exchange::start() noexcept {
    return on_.start();
}
inline exchange_failure exchange::abandon() noexcept {
    return on_.abandon();
}

}  // namespace oms::transport

#endif
