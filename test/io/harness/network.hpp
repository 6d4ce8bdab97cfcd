// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_NETWORK_HPP
#define OMS_TEST_IO_HARNESS_NETWORK_HPP

// A network in memory: what happens to each request and to each dial is a
// script; every I/O operation is counted, and one of them can be made to fail.

#include "io/harness/virtual_time.hpp"
#include "transport/dialer.hpp"
#include "transport/protocol.hpp"
#include "transport/stream.hpp"

#include <oms/error.hpp>
#include <oms/task.hpp>

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace oms::scripted {

class channel;
class http2_line;

inline constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

/// How a connection ends after what it still delivers.
enum class ending : std::uint8_t {
    none,     ///< It stays open.
    clean,    ///< The peer says that it closes.
    unclean,  ///< It is closed without a word.
    reset,
};

/// A request that is being sent.
struct request {
    std::string text;
    std::string method;
    std::string target;
    std::size_t number = 0;         ///< Of all requests, from 0.
    std::size_t on_connection = 0;  ///< Of those of its connection, from 0.
    std::weak_ptr<scripted::channel> channel;
    std::weak_ptr<http2_line> over_http_2;
};

/// What becomes of a request.
struct answer {
    std::size_t takes = all;                           ///< So many bytes of the request are taken; then sending fails.
    error_code write_error;                            ///< With which error.
    std::size_t blocks_at = all;                       ///< So many are taken; the rest only `blocks_for` later.
    std::chrono::steady_clock::duration blocks_for{};  ///< `never`: never.
    bool stalls = false;                               ///< Nothing is ever answered.
    std::chrono::steady_clock::duration delay{};       ///< Until the reply begins.
    std::string bytes;                                 ///< The reply.
    std::vector<std::size_t> cuts;  ///< Offsets at which the reply is cut into pieces that arrive one by one.
    bool stalls_at_end = false;     ///< After `bytes` nothing follows, and the peer does not close.
    ending end = ending::none;      ///< After `bytes`.
    /// In place of `bytes`, over HTTP/2: what the peer does with the request's stream.
    std::function<void(http2_line&, std::uint32_t stream)> over_http_2;

    static constexpr auto never = std::chrono::steady_clock::duration::max();
};

/// What becomes of one phase of a dial.
struct dial_step {
    oms::phase in = phase::connect;
    std::chrono::steady_clock::duration takes{};
    error_code code{};  ///< The dial fails with it.
    error_code cause{};
    bool stalls = false;
    int alert = policy::no_alert;  ///< With which the peer ends the handshake.
};

/// What was sent and what was delivered, as the peer saw it.
struct exchange_record {
    std::string request;
    std::size_t handed_over = 0;
    std::string delivered;  ///< What the client has read.
};

/// The kinds of I/O operations.
enum class operation : std::uint8_t { dial, write, flush, wait, read };

/// What one operation is made to do in place of what the script says.
struct fault {
    error_code code;
    /// Of a write or flush: the bytes that are taken nevertheless. Of a read of ciphertext without a code: the most
    /// that are given; of such a wait: `all` where it never ends.
    std::size_t takes = 0;
};

class network {
public:
    network(boost::asio::io_context& io, virtual_time& t);
    network(network const&) = delete;
    network& operator=(network const&) = delete;

    /// Decides about each request; by default it is answered 200.
    std::function<answer(request const&)> server;
    /// Decides about each dial, by its number; by default it succeeds at once.
    std::function<std::vector<dial_step>(std::size_t number)> dials;
    /// Of each host, in the order in which they are gone to. One that fails to connect is followed by the next.
    std::vector<std::string> addresses{"192.0.2.1"};
    /// Decides about each dial from `connect` on, by the address that it goes to; overrules the others.
    std::function<std::vector<dial_step>(std::string const& address)> dials_at;
    /// The same by the host's name; overrules it.
    std::function<std::vector<dial_step>(std::string const& host)> dials_to;

    /// What its connections speak, and how many requests one of HTTP/2 carries.
    transport::protocol speaks = transport::protocol::http_1_1;
    std::uint32_t max_streams = 100;

    /// In place of the network's own, which speaks plain text.
    std::shared_ptr<transport::dialer> other_dialer;
    std::shared_ptr<transport::dialer> make_dialer();

    /// Lets go of everything that waits. The context must be gone.
    void forget_waits() noexcept;
    std::vector<std::function<void()>> on_forget;  ///< Called by it.

    /// What a dial that offers this gets.
    transport::protocol chosen(transport::alpn offered) const noexcept {
        return offered == transport::alpn::none ? transport::protocol::http_1_1 : speaks;
    }
    std::unique_ptr<transport::stream> make_stream(transport::protocol spoken);
    /// Counts an operation; the fault where it is its turn.
    fault const* begin(operation what);
    /// Counts a dial, and decides about it.
    std::vector<dial_step> begin_dial(transport::dial_target const& target);
    /// Counts a request and keeps a record of it, whose number goes to `record` (`all`: none); decides about it.
    /// @param of  Its channel, where it came by one; its number on its connection.
    answer begin_request(std::string_view text, std::size_t on_connection, std::size_t& record,
                         std::weak_ptr<channel> of = {}, std::weak_ptr<http2_line> over_http_2 = {});
    /// The record of that number; null where none was kept, or where it was forgotten.
    exchange_record* kept(std::size_t record) noexcept;
    /// Empties the ledger. What is still sent and delivered of the requests so far is no longer written down.
    void forget_requests() noexcept;

    // Counted.
    std::vector<operation> operations;
    std::vector<exchange_record> ledger;
    std::size_t dialed = 0;
    std::vector<std::string> peers;       ///< Of each dial, in order, the current one included.
    std::vector<transport::alpn> offers;  ///< Likewise.
    std::vector<std::string> gone_to;     ///< The addresses, in order.
    std::size_t live_streams = 0;
    std::size_t live_dials = 0;
    std::size_t most_live_streams = 0;
    std::size_t trims = 0;
    bool keeps_ledger = true;

    // The one operation that fails.
    std::optional<std::size_t> fault_at;
    fault planned;

    boost::asio::io_context& io;
    virtual_time& time;

private:
    friend class channel;

    std::set<channel*> channels_;
    std::size_t requests_ = 0;
    std::size_t forgotten_ = 0;  // records: the number of the ledger's first
};

/// The pieces in which a reply arrives.
std::vector<std::string_view> pieces_of(answer const& a);

/// A reply with a body and its length.
std::string reply_text(unsigned status, std::string_view body = {}, std::string_view headers = {});
/// The same with the service's or gateway's error body.
std::string error_text(unsigned status, std::string_view code, std::string_view message = "text",
                       std::string_view headers = {});

/// A reply that begins so much later.
answer after(std::chrono::steady_clock::duration delay, std::string bytes);
/// Takes the request, and never answers.
answer no_answer();

/// Sends bytes that nobody asked for, or ends the connection; nothing where the client has closed it.
void speak(std::weak_ptr<channel> const& to, std::string bytes, ending end = ending::none);

}  // namespace oms::scripted

#endif
