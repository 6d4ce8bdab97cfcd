// SPDX-License-Identifier: BSL-1.0
#include "transport/connect_race.hpp"

#include "policy/durations.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

namespace oms::transport {

namespace {

// All, where none is: each then says why.
address_list reached_from(local_end const& from, address_list const& addresses) {
    address_list result;
    std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(result),
                 [&](auto const& each) { return from.reaches(each); });
    return result.empty() ? addresses : result;
}

}  // namespace

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

connect_race::connect_race(strand s, address_list const& addresses, std::uint16_t port, address_list const& last,
                           local_end from)
    : strand_(std::move(s)),
      addresses_(interleave(reached_from(from, addresses))),
      port_(port),
      from_(std::move(from)),
      timer_(strand_.get_inner_executor()) {
    auto const others = std::stable_partition(addresses_.begin(), addresses_.end(), [&](auto const& each) {
        return std::find(last.begin(), last.end(), each) == last.end();
    });
    first_ = static_cast<std::size_t>(others - addresses_.begin());
}

void connect_race::start(handler done, std::function<void()> begun) {
    done_ = std::move(done);
    begun_ = std::move(begun);
    next();
}

address_list connect_race::under_way() const {
    if (winner_) return {*winner_};
    address_list result;
    for (racer const& each : racing_)
        result.push_back(each.address);
    return result;
}

void connect_race::next() {
    if (started_ == addresses_.size()) return;
    boost::asio::ip::tcp::endpoint const to(addresses_[started_++], port_);
    auto const at = racing_.insert(racing_.end(), racer{process_socket(strand_.get_inner_executor()), to.address()});
    auto over = [self = shared_from_this(), at](error_code ec) { self->step([&] { self->connected(at, ec); }); };
    error_code failed;
    at->socket.open(to.protocol(), failed);
    if (!failed) from_.bind(at->socket, failed);
    if (failed) {
        boost::asio::post(strand_, [over = std::move(over), failed] { over(failed); });
    } else {
        at->socket.async_connect(to, boost::asio::bind_executor(strand_, std::move(over)));
    }
    if (begun_) begun_();
    if (!done_ || started_ == addresses_.size()) return;
    if (started_ == first_) {
        timer_.expires_after(durations::head_start_of_others);
    } else {
        timer_.expires_after(durations::head_start);  // cancels the wait before
    }
    timer_.async_wait(boost::asio::bind_executor(strand_, [self = shared_from_this()](error_code ec) {
        if (!ec && self->done_) self->step([&] { self->next(); });
    }));
}

// Without memory for it the race is over; what is thrown behind its end is not its own.
template <class Work>
void connect_race::step(Work&& work) {
    try {
        work();
    } catch (std::bad_alloc const&) {
        if (!done_) throw;
        finish(errc::out_of_memory, process_socket(strand_.get_inner_executor()));
    }
}

void connect_race::connected(socket_list::iterator at, error_code ec) {
    if (!done_) return;  // lost, or abandoned: `at` is gone
    process_socket socket = std::move(at->socket);
    if (!ec) {
        winner_ = at->address;
    } else {
        failed_.push_back(at->address);
        last_error_ = ec;
    }
    racing_.erase(at);
    if (!ec) return finish({}, std::move(socket));
    bool const more = started_ < addresses_.size();
    if (more && (started_ != first_ || racing_.empty())) {
        next();
    } else if (racing_.empty()) {
        finish(last_error_, std::move(socket));
    }
}

void connect_race::finish(error_code ec, process_socket socket) {
    auto const done = std::exchange(done_, nullptr);
    begun_ = nullptr;
    close_all();
    done(ec, std::move(socket));
}

void connect_race::abandon() noexcept {
    done_ = nullptr;
    begun_ = nullptr;
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
