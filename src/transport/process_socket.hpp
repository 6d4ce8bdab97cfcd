// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_PROCESS_SOCKET_HPP
#define OMS_TRANSPORT_PROCESS_SOCKET_HPP

// Sockets and processes: a program that is started inherits none, and a fork's copy ends without a trace.

#include <oms/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list_hook.hpp>

namespace oms::transport {

/// A socket that knows the process in which it was made.
///
/// Both ends of a fork hold the connection, so that a byte that the child writes, or takes, is missing in the parent.
/// The child's copies are closed as soon as its context hears of the fork (`execution_context::notify_fork`); where it
/// does not, they stay out of the reactor, which parent and child then share.
class process_socket : public boost::asio::ip::tcp::socket, public boost::intrusive::list_base_hook<> {
public:
    /// Has the context know its sockets: they end before what is told of a fork later than this.
    static void watch(boost::asio::any_io_executor const& executor);

    explicit process_socket(boost::asio::any_io_executor const& executor);
    process_socket(process_socket&& other) noexcept;
    process_socket& operator=(process_socket&&) = delete;
    ~process_socket();

    /// Close-on-exec from the first: Asio's own would go to a program that another thread starts at that moment.
    void open(protocol_type const& protocol, error_code& ec);
    void close(error_code& ec) noexcept;

    /// This process is a fork of the one that made it: nothing may be said over it.
    bool inherited() const noexcept;

private:
    class copies;

    copies& all_;
    int const made_by_;
};

}  // namespace oms::transport

#endif
