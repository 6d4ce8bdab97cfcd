// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_HTTP2_EXCHANGES_HPP
#define OMS_TESTING_HTTP2_EXCHANGES_HPP

// What goes on on a connection of HTTP/2: each stream's request goes to the gateway, and its reply is delivered as that
// tells, in its own time. Without I/O.

#include "testing/gateway.hpp"
#include "testing/http2_session.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

namespace oms::testing {

class http2_exchanges {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// @param wake  Has `serve` called, from any thread.
    http2_exchanges(gateway& g, region& where, desk& d, std::size_t connection, std::function<void()> wake);

    /// Takes what has come, and does what is due.
    void serve(std::string_view bytes, time_point now);
    std::string_view output() const noexcept { return output_; }
    void clear_output();
    /// When something is due next, without anything coming.
    std::optional<time_point> due() const;
    /// What is to become of the connection once the output is sent: `keep`, `close` or `reset`.
    ending end() const noexcept { return end_; }
    bool close_notify() const noexcept { return close_notify_; }
    /// The connection is over: what was not delivered never will be.
    void abandon();

private:
    struct exchange {
        delivery what;
        time_point due{};                         // the next piece
        std::shared_ptr<std::atomic<bool>> held;  // until the gate lets it pass; null: it is not held
        bool recorded = false;                    // as sent, before it was
        bool begun = false;
        bool stalled = false;
        std::size_t sent = 0;  // of the body
    };

    void begin(http2::stream_id id, time_point now);
    bool ask(http2::stream_id id, http2_session::request const& got, delivery& out);
    void advance(time_point now);
    bool step(http2::stream_id id, exchange& x, time_point now);
    std::size_t begin_reply(http2::stream_id id, exchange& x);
    bool end_reply(http2::stream_id id, exchange& x, time_point now);
    void end_connection(ending how, bool close_notify) noexcept;

    gateway& gateway_;
    region& region_;
    desk& desk_;
    std::size_t const connection_;
    std::function<void()> const wake_;
    http2_session session_;
    std::map<http2::stream_id, exchange> exchanges_;
    http2::stream_id last_asked_ = 0;  // of those that went to the gateway
    std::size_t requests_ = 0;
    bool going_away_ = false;
    std::optional<time_point> idle_until_;  // then it is closed
    std::string output_;
    ending end_ = ending::keep;
    bool close_notify_ = true;
};

}  // namespace oms::testing

#endif
