// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_HTTP2_CONNECTION_HPP
#define OMS_TRANSPORT_HTTP2_CONNECTION_HPP

// Many exchanges at a time, each a stream of one session of HTTP/2.

#include "http2/request_fields.hpp"
#include "http2/session.hpp"
#include "transport/connection.hpp"
#include "transport/stream.hpp"

#include <oms/error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace oms::transport {

class http2_connection final : public connection {
public:
    /// @param header_limit  Of each reply.
    http2_connection(std::unique_ptr<stream> s, std::shared_ptr<connection_owner> owner, std::size_t header_limit);
    ~http2_connection() override;

    void watch() override;
    std::shared_ptr<exchange> offer() override;
    std::size_t capacity() const noexcept override;
    bool takes_more() const noexcept override;
    bool probe() noexcept override;
    void close() noexcept override;
    void trim() noexcept override;

private:
    using lock = std::unique_lock<std::mutex>;
    class teller;

    // One exchange. It is used again for another once nobody can mean this one any more.
    struct slot final : exchange {
        enum class state : std::uint8_t {
            spare,
            offered,    // to the owner, who is to start it
            withdrawn,  // given up since then: its start is still to come
            refused,    // its start came to nothing, which the owner is yet to take in
            under_way,  // a stream of the session
            told,       // its end is being told
        };
        using exchange::exchange;

        state now_in = state::spare;
        http2::stream_id stream = 0;
        std::uint64_t begins_at = 0;  // in all that is sent
        std::uint64_t heard_before = 0;
        exchange_times times;
        bool replied = false;  // where `told`: by `answer`, else by `failure`
        exchange_failure failure;
        reply answer;
        std::string texts;  // of the answer, where it was given up
    };

    void forget_request(exchange& x) noexcept override;
    void add_headers(exchange& x, std::string_view lines) noexcept override;
    bool start(exchange& x) noexcept override;
    exchange_failure abandon(exchange& x) noexcept override;
    void on_ready(readiness what, error_code ec) override;

    /// Nothing more is to be told.
    bool ended() const noexcept { return closed_ || session_.over(); }
    void read(lock& held);
    void go_on(lock& held);
    void wait_for_more(lock& held);
    void tell_events(lock& held);
    void interrupt() noexcept;
    void end(lock& held, error_code const& why);
    void tell(lock& held, http2::event const& e);
    void tell_reply(lock& held, slot& s, http2::event const& e);
    void tell_failure(lock& held, slot& s, http2::event const& e);
    void tell_news(lock& held, connection_news what);
    void tell_going_away(lock& held);
    void tell_end(lock& held, http2::event const& e);
    template <class Telling>
    void tell_of(lock& held, slot& s, Telling telling);
    template <class Telling>
    static void unlocked(lock& held, Telling telling);
    error_code code_of(http2::event const& e) const noexcept;
    error_code cause_of(http2::event const& e) const noexcept;

    static slot& slot_of(exchange& x) noexcept { return static_cast<slot&>(x); }
    void make_spare(slot& s) noexcept;
    void encode(slot& s);
    exchange_failure give_up(slot& s) noexcept;
    exchange_failure describe(slot const& s, bool answered) const noexcept;
    static void set_answer(slot& s, http2::reply const& r) noexcept;
    static void keep_answer(slot& s, http2::reply const& r) noexcept;
    void flush() noexcept;
    void flush_unless_telling() noexcept;
    void written(error_code const& ec) noexcept;
    void note_sent() noexcept;
    bool wait_for_news() noexcept;
    void break_off(error_code const& why) noexcept;
    void forget_output() noexcept;

    mutable std::mutex mutex_;
    std::unique_ptr<stream> const stream_;
    std::shared_ptr<connection_owner> const owner_;
    http2::session session_;
    http2::request_fields fields_;
    std::vector<std::unique_ptr<slot>> slots_;
    std::vector<slot*> spare_;

    std::string out_;           // for the peer, not yet given to the stream
    std::uint64_t given_ = 0;   // bytes that the stream has got,
    std::uint64_t sent_ = 0;    // and those of them that the kernel has for sure
    bool writing_ = false;      // the stream waits until the kernel takes more
    std::thread::id teller_;    // tells events, and what they lead to goes out behind them
    bool interrupted_ = false;  // a user's handler threw, and that goes on with `rest_`
    std::string rest_;
    bool retired_ = false;     // the owner knows that it takes no more
    bool observed_ = false;    // some exchange wants its times
    bool secret_ = false;      // some reply may be one
    bool closed_ = false;      // by the owner: nothing is told any more
    error_code broken_;        // why it ends
    std::uint64_t heard_ = 0;  // so often something came
    std::uint64_t heard_at_probe_ = 0;
    bool asked_ = false;  // at the last probe
};

}  // namespace oms::transport

#endif
