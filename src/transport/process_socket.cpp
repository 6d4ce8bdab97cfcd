// SPDX-License-Identifier: BSL-1.0
#include "transport/process_socket.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/intrusive/list.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <mutex>
#include <utility>

namespace oms::transport {

// The sockets of a context, and the process that the context takes itself to be in.
class process_socket::copies final : public boost::asio::execution_context::service {
public:
    using key_type = copies;
    static inline boost::asio::execution_context::id id;

    explicit copies(boost::asio::execution_context& context) : service(context), process_(::getpid()) {}

    static copies& of(boost::asio::any_io_executor const& executor) {
        return boost::asio::use_service<copies>(boost::asio::query(executor, boost::asio::execution::context));
    }

    void add(process_socket& s) noexcept {
        std::lock_guard const lock(mutex_);
        all_.push_back(s);
    }
    void remove(process_socket& s) noexcept {
        std::lock_guard const lock(mutex_);
        all_.erase(list::s_iterator_to(s));
    }

    /// Nobody has told the context of the fork, so that its reactor is the parent's, too.
    bool shares_reactor() const noexcept { return process_ != ::getpid(); }

private:
    using list = boost::intrusive::list<process_socket, boost::intrusive::constant_time_size<false>>;

    void shutdown() override {}

    // Behind the reactor, which is older, and has made itself anew by now.
    void notify_fork(boost::asio::execution_context::fork_event event) override {
        if (event != boost::asio::execution_context::fork_child) return;
        process_ = ::getpid();
        std::lock_guard const lock(mutex_);
        for (process_socket& each : all_) {
            error_code ignored;
            each.close(ignored);
        }
    }

    pid_t process_;
    std::mutex mutex_;
    list all_;
};

void process_socket::watch(boost::asio::any_io_executor const& executor) {
    copies::of(executor);
}

process_socket::process_socket(boost::asio::any_io_executor const& executor)
    : basic_stream_socket(executor), all_(copies::of(executor)), made_by_(::getpid()) {
    all_.add(*this);
}

process_socket::process_socket(process_socket&& other) noexcept
    : basic_stream_socket(std::move(other)), list_base_hook(), all_(other.all_), made_by_(other.made_by_) {
    all_.add(*this);
}

process_socket::~process_socket() {
    error_code ignored;
    close(ignored);
    all_.remove(*this);
}

void process_socket::open(protocol_type const& protocol, error_code& ec) {
#if defined(SOCK_CLOEXEC)
    int const descriptor = ::socket(protocol.family(), protocol.type() | SOCK_CLOEXEC, protocol.protocol());
    if (descriptor < 0) {
        ec.assign(errno, boost::system::system_category());
        return;
    }
    assign(protocol, descriptor, ec);
    if (ec) ::close(descriptor);
#else
    basic_stream_socket::open(protocol, ec);
    if (!ec) ::fcntl(native_handle(), F_SETFD, FD_CLOEXEC);
#endif
}

bool process_socket::inherited() const noexcept {
    return made_by_ != ::getpid();
}

// Closing takes a socket out of the reactor by its descriptor and what is behind that: where the reactor is the
// parent's as well, something else has to be behind it, or the parent would hear of its connection no more.
void process_socket::close(error_code& ec) noexcept {
    if (!is_open()) return;
    if (inherited() && all_.shares_reactor()) {
        int const other = ::socket(AF_UNIX, SOCK_STREAM, 0);
        if (other >= 0) {
            ::dup2(other, native_handle());
            ::close(other);
        }
    }
    basic_stream_socket::close(ec);
}

}  // namespace oms::transport
