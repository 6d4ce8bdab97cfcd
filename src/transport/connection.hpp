// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_CONNECTION_HPP
#define OMS_TRANSPORT_CONNECTION_HPP

// A connection offers exchanges: one at a time over HTTP/1.1, many over HTTP/2. Only this room knows which.

#include "transport/protocol.hpp"
#include "transport/reply.hpp"
#include "transport/stream.hpp"

#include <oms/error.hpp>
#include <oms/task.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace oms::transport {

class connection;
class exchange;

/// Why an exchange ended without a usable reply.
struct exchange_failure {
    error_code code;   ///< Of the library.
    error_code cause;  ///< What the system, or the peer, said.
    oms::phase phase = oms::phase::write;
    bool handed_over = false;       ///< The kernel took a byte of the request.
    bool unprocessed = false;       ///< The peer has proved that it has not looked at it.
    bool got_bytes = false;         ///< A byte of a reply came.
    bool heard = false;             ///< A byte of anything came since it began.
    bool connection_ended = false;  ///< And so did its connection.
    exchange_times times;
    reply const* head = nullptr;  ///< A whole, well-formed header came, and then the body failed.
};

/// What has changed of a connection that carries exchanges, or might.
enum class connection_news : std::uint8_t {
    capacity,     ///< It takes more exchanges at a time, or fewer.
    going_away,   ///< It takes no further ones; those that are under way go on.
    slow_down,    ///< The peer has said that it is asked too much.
    wants_http_1  ///< The peer wants to be spoken to by HTTP/1.1.
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
    /// Of HTTP/2 alone.
    virtual void on_news(connection& /*c*/, connection_news /*what*/) {}
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
    std::string request;  ///< As HTTP/1.1 writes it, whatever the connection speaks.
    std::size_t header_limit = 0;
    std::size_t body_limit = 0;
    bool confidential = false;         ///< The reply holds a secret.
    bool lenient = false;              ///< The reply's header is mended; it is the connection's last.
    bool follows = false;              ///< Hardly any time has passed since the last reply.
    time_source const* now = nullptr;  ///< Where the times of the exchange are wanted.
    /// Of one that did not start though its connection goes on: `errc::invalid_header`, as the peer takes no header of
    /// this size, or `errc::out_of_memory`.
    error_code unfit;

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
    /// come to stays readable until the connection offers another one, or goes.
    exchange_failure abandon() noexcept;

    // The owner's, and guarded by it.
    void* record = nullptr;                   ///< Of what it is for; null: of nothing any more.
    std::shared_ptr<exchange> next_to_start;  ///< While it is on its way to `start`.

protected:
    ~exchange() = default;

private:
    connection& on_;
};

/// Thread safe. After it has ended, and after `close`, it is of no more use.
class connection : public stream_user, public std::enable_shared_from_this<connection> {
public:
    /// Starts watching. Once, before anything else.
    virtual void watch() = 0;

    /// An exchange that may begin. To be asked for only as often as it takes exchanges at a time.
    /// @throws std::bad_alloc
    virtual std::shared_ptr<exchange> offer() = 0;

    /// So many exchanges it takes at a time, as far as the peer is concerned.
    virtual std::size_t capacity() const noexcept { return 1; }

    /// Whether there may ever be room for another exchange.
    virtual bool takes_more() const noexcept = 0;

    /// Asks the peer whether it is there, where an exchange is under way.
    /// @return  False: it has not answered the last time, and nothing else came since; all that is under way fails.
    virtual bool probe() noexcept { return true; }

    /// Closes an idle one and tells the peer.
    virtual void close() noexcept = 0;

    /// Gives up the memory that only an exchange needs.
    virtual void trim() noexcept = 0;

    void* record = nullptr;  ///< The owner's, and guarded by it.

private:
    friend class exchange;
    virtual void forget_request(exchange& x) noexcept = 0;
    virtual void add_headers(exchange& x, std::string_view lines) noexcept = 0;
    virtual bool start(exchange& x) noexcept = 0;
    virtual exchange_failure abandon(exchange& x) noexcept = 0;
};

inline void exchange::forget_request() noexcept {
    on_.forget_request(*this);
}
inline void exchange::add_headers(std::string_view lines) noexcept {
    on_.add_headers(*this, lines);
}
inline bool exchange::start() noexcept {
    return on_.start(*this);
}
inline exchange_failure exchange::abandon() noexcept {
    return on_.abandon(*this);
}

/// Adds whole header lines to a request that is there; without memory it is as it was.
void insert_headers(std::string& request, std::string_view lines) noexcept;

/// A connection that speaks `spoken`.
/// @param header_limit  Of each reply over HTTP/2; over HTTP/1.1 each exchange has its own.
/// @throws std::bad_alloc
std::shared_ptr<connection> make_connection(protocol spoken, std::unique_ptr<stream> s,
                                            std::shared_ptr<connection_owner> owner, std::size_t header_limit);

}  // namespace oms::transport

#endif
