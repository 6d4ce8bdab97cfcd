// SPDX-License-Identifier: BSL-1.0
#include "transport/connect_race.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace oms::transport {

address_list interleave(address_list const& addresses) {
    address_list first, second, result;
    for (auto const& each : addresses) {
        (each.is_v6() == addresses.front().is_v6() ? first : second).push_back(each);
    }
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) result.push_back(first[i]);
        if (i < second.size()) result.push_back(second[i]);
    }
    return result;
}

connect_race::connect_race(strand s, address_list addresses, std::uint16_t port)
    : strand_(std::move(s)), addresses_(interleave(addresses)), port_(port), timer_(strand_) {}

void connect_race::start(handler done) {
    done_ = std::move(done);
    next();
}

void connect_race::next() {
    if (started_ == addresses_.size()) return;
    boost::asio::ip::tcp::endpoint const to(addresses_[started_++], port_);
    auto const at = racing_.emplace(racing_.end(), strand_.get_inner_executor());
    if (error_code ec; at->open(to.protocol(), ec), ec) {
        boost::asio::post(strand_, [self = shared_from_this(), at, ec] { self->connected(at, ec); });
    } else {
        at->async_connect(to, boost::asio::bind_executor(strand_, [self = shared_from_this(), at](error_code failed) {
                              self->connected(at, failed);
                          }));
    }
    if (started_ == addresses_.size()) return;
    timer_.expires_after(head_start);  // cancels the wait before
    timer_.async_wait([self = shared_from_this()](error_code ec) {
        if (!ec && self->done_) self->next();
    });
}

void connect_race::connected(socket_list::iterator at, error_code ec) {
    if (!done_) return;  // lost, or abandoned: `at` is gone
    process_socket socket = std::move(*at);
    racing_.erase(at);
    if (!ec) return finish({}, std::move(socket));
    last_ = ec;
    if (started_ < addresses_.size()) {
        next();
    } else if (racing_.empty()) {
        finish(last_, std::move(socket));
    }
}

void connect_race::finish(error_code ec, process_socket socket) {
    auto const done = std::exchange(done_, nullptr);
    close_all();
    done(ec, std::move(socket));
}

void connect_race::abandon() noexcept {
    done_ = nullptr;
    close_all();
}

void connect_race::close_all() noexcept {
    try {
        timer_.cancel();
    } catch (...) {  // then it fires for nothing
    }
    racing_.clear();
}

}  // namespace oms::transport
