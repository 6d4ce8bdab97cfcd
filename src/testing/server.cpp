// SPDX-License-Identifier: BSL-1.0
#include "testing/server.hpp"

#include "testing/tcp_line.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <exception>
#include <utility>

namespace oms::testing {

namespace {

namespace asio = boost::asio;
using boost::asio::ip::tcp;

// Close-on-exec, which Asio's own are not: a program that a test starts would keep the ports.
void bind(tcp::acceptor& on, tcp::endpoint const& address) {
    int const descriptor = ::socket(address.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
    if (descriptor < 0) throw boost::system::system_error(errno, boost::system::system_category());
    on.assign(address.protocol(), descriptor);
    on.set_option(tcp::acceptor::reuse_address(true));
    on.bind(address);
}

constexpr int backlog = 4096;

void listen(tcp::acceptor& on, tcp::endpoint const& address) {
    if (address.port() == 0) {
        // Only a port that was asked for by its number stays bound while nobody listens.
        tcp::acceptor finds(on.get_executor());
        bind(finds, address);
        bind(on, finds.local_endpoint());
    } else {
        bind(on, address);
    }
    on.listen(backlog);
    on.native_non_blocking(true);  // what was waited for may have gone again
}

tcp::socket accept_one(tcp::acceptor& on, asio::io_context& context, error_code& ec) {
    tcp::socket made(context);
    int const descriptor = ::accept4(on.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) {
        ec.assign(errno, boost::system::system_category());
        return made;
    }
    made.assign(tcp::v4(), descriptor, ec);
    if (ec) ::close(descriptor);
    return made;
}

// What a handler throws (no memory, no TLS object) costs its connection and nothing else.
void run(asio::io_context& context) noexcept {
    for (;;) {
        try {
            context.run();
            return;
        } catch (std::exception const&) {
        }
    }
}

}  // namespace

server::server(gateway& g, std::shared_ptr<connect_table> connects) : gateway_(g), connects_(std::move(connects)) {
    auto const& options = gateway_.options();
    for (unsigned i = 0; i < options.threads; ++i) {
        workers_.push_back(std::make_unique<worker>(gateway_, i));
    }
    auto port = options.port;
    for (auto& region : gateway_.places()) {
        auto& made = listeners_.emplace_back(workers_.front()->context, region);
        tcp::endpoint const address(asio::ip::address_v4::loopback(), port);
        listen(made.acceptor, address);
        ports_.push_back(made.acceptor.local_endpoint().port());
        if (port != 0) ++port;
    }
    for (auto& each : listeners_) {
        accept(each);
    }
    try {
        for (auto& each : workers_) {
            threads_.emplace_back([&context = each->context] {
                auto const work = asio::make_work_guard(context);
                run(context);
            });
        }
    } catch (...) {
        join();
        throw;
    }
}

server::~server() {
    join();
}

void server::join() noexcept {
    for (auto& each : workers_) {
        each->context.stop();
    }
    for (auto& each : threads_) {
        each.join();
    }
    // The first worker's queue may hold sockets of the others: it goes before them.
    listeners_.clear();
    while (!workers_.empty()) {
        workers_.pop_front();
    }
}

void server::accept(listener& from) {
    from.acceptor.async_wait(tcp::acceptor::wait_read, [this, &from](error_code ec) {
        if (ec == asio::error::operation_aborted) return;
        auto& to = *workers_[next_worker_++ % workers_.size()];
        auto socket = accept_one(from.acceptor, to.context, ec);
        if (ec == asio::error::invalid_argument && from.refused) {
            from.parked = true;
            return;
        }
        bool const gone = ec == asio::error::would_block || ec == asio::error::connection_aborted;
        if (!ec || gone) {
            accept(from);  // first, for to start may fail
            if (!ec) start(std::move(socket), from, to);
            return;
        }
        // For example no descriptor is left: trying at once would only spin.
        from.pause.expires_after(std::chrono::milliseconds(10));
        from.pause.async_wait([this, &from](error_code waited) {
            if (!waited) accept(from);
        });
    });
}

void server::start(tcp::socket socket, listener& from, worker& to) {
    auto const plan = connects_->select(from.where.index);
    std::unique_ptr<session> layer;
    if (from.where.service == service_kind::metadata) {
        layer = std::make_unique<plain_session>();
    } else {
        layer = make_session(plan, connects_->contexts());
    }
    auto const made = std::make_shared<connection>(std::make_unique<tcp_line>(std::move(socket)), std::move(layer),
                                                   gateway_, from.where, to.place, plan);
    asio::post(to.context, [made] { made->start(); });
}

// Shut down, a listening socket of Linux refuses, and keeps its port until it listens again.
void server::refuse(region const& where, bool refused) {
    std::lock_guard const lock(refusing_);
    auto& on = listeners_[where.index];
    if (on.refused == refused) return;
    int const descriptor = on.acceptor.native_handle();
    if ((refused ? ::shutdown(descriptor, SHUT_RD) : ::listen(descriptor, backlog)) != 0)
        throw boost::system::system_error(errno, boost::system::system_category());
    on.refused = refused;  // who finds it closed before that tries again
    if (refused) return;
    asio::post(workers_.front()->context, [this, &on] {
        if (on.parked) accept(on);
        on.parked = false;
    });
}

}  // namespace oms::testing
