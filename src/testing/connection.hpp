// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_CONNECTION_HPP
#define OMS_TESTING_CONNECTION_HPP

// One connection: reads requests, and delivers replies as the gateway tells.

#include "testing/connect_faults.hpp"
#include "testing/gateway.hpp"
#include "testing/http2_exchanges.hpp"
#include "testing/line.hpp"
#include "testing/session.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace oms::testing {

// What the connections of a thread share: everything of them happens in it.
struct workplace {
    workplace(gateway& g, unsigned index) : desk(g.ledger().part(index)) {}

    oms::testing::desk desk;
    std::array<char, 32 * 1024> input{};
};

class connection final : public line_user, public std::enable_shared_from_this<connection> {
public:
    connection(std::unique_ptr<line> by, std::unique_ptr<session> layer, gateway& g, region& where, workplace& w,
               connect_plan const& plan);
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;
    ~connection() override;

    void start();

private:
    enum class phase {
        unseen,    // accepted, and not greeted yet
        idle,      // reads requests
        delayed,   // will reply, or go on with it, after a time or once the gate opens
        replying,  // until the reply is with the kernel
        stalled,   // will never reply
        mute,      // will never say a byte
        ending,    // has said all; waits for the peer to go
        closed,
    };

    void on_readable() override;
    void on_writable(error_code ec) override;
    void on_time(std::uint64_t order) override;
    void on_called() override;
    void greet();
    void receive(std::string_view bytes);
    void choose_protocol();
    void serve_http2();
    void process();
    bool next_request();
    void wait_for_gate();
    void send_reply();
    void end_reply();
    void flush();
    void close_if_idle();
    void finish();
    void reset() { close(true); }
    void close(bool reset);
    void end() { close(false); }
    // One at a time: another call, or `++timer_use_`, makes the last one void.
    void call_after(std::chrono::nanoseconds delay, void (connection::*action)());

    std::unique_ptr<line> const line_;
    std::unique_ptr<session> const session_;
    gateway& gateway_;
    region& region_;
    workplace& place_;
    std::size_t const number_;

    greeting const greeting_;
    std::chrono::nanoseconds const greeting_delay_;
    phase phase_ = phase::unseen;
    bool handshake_done_ = false;
    bool flushing_ = false;    // until the socket takes more
    std::size_t flushed_ = 0;  // of the session's output
    std::string plain_;        // received and not used yet
    std::size_t requests_ = 0;
    std::uint64_t timer_use_ = 0;
    void (connection::*timed_)() = nullptr;
    delivery delivery_;
    std::size_t sent_ = 0;                    // of its bytes
    std::unique_ptr<http2_exchanges> http2_;  // null: it is HTTP/1.1
};

}  // namespace oms::testing

#endif
