// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_SERVER_HPP
#define OMS_TESTING_SERVER_HPP

// The listeners and the threads behind them.

#include "testing/connect_faults.hpp"
#include "testing/connection.hpp"
#include "testing/doors.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace oms::testing {

// A thread.
struct worker {
    worker(gateway& g, unsigned index) : place(g, index) {}

    workplace place;
    boost::asio::io_context context{1};  // the last, so that what is pending in it goes first
};

class server final : public doors {
public:
    /// Listens on 127.0.0.1, once for each place, and starts the threads.
    /// @throws boost::system::system_error  a port cannot be had.
    server(gateway& g, std::shared_ptr<connect_table> connects);
    /// Closes everything and waits for the threads.
    ~server() override;

    std::uint16_t port(region const& where) const override { return ports_[where.index]; }
    /// By the kernel. Thread safe.
    void refuse(region const& where, bool refused) override;

private:
    struct listener {
        listener(boost::asio::io_context& context, region& r) : acceptor(context), pause(context), where(r) {}

        boost::asio::ip::tcp::acceptor acceptor;
        boost::asio::steady_timer pause;
        region& where;
        std::atomic<bool> refused = false;
        bool parked = false;  // waits for nobody, since all are refused
    };

    void accept(listener& from);
    void start(boost::asio::ip::tcp::socket socket, listener& from, worker& to);
    void join() noexcept;

    gateway& gateway_;
    std::shared_ptr<connect_table> const connects_;
    std::mutex refusing_;
    std::vector<std::uint16_t> ports_;
    std::deque<std::unique_ptr<worker>> workers_;  // the first one accepts for all
    std::deque<listener> listeners_;
    std::size_t next_worker_ = 0;
    std::vector<std::thread> threads_;
};

}  // namespace oms::testing

#endif
