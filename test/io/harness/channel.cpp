// SPDX-License-Identifier: BSL-1.0
#include "io/harness/channel.hpp"

#include "io/harness/scarce_memory.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace oms::scripted {

namespace error = boost::asio::error;

channel::channel(network& n) : net_(n) {
    net_.channels_.insert(this);
}
channel::~channel() {
    net_.channels_.erase(this);
}

std::size_t channel::read(std::span<char> into, error_code& ec) {
    scarce_memory::aside const ours;
    if (fault const* f = net_.begin(operation::read)) {
        ec = f->code;
        return 0;
    }
    ec.clear();
    if (closed_) {
        ec = error::bad_descriptor;
    } else if (!current_.empty()) {
        std::size_t const n = std::min(into.size(), current_.size());
        std::copy_n(current_.begin(), n, into.begin());
        if (auto* const record = net_.kept(record_)) record->delivered.append(current_, 0, n);
        current_.erase(0, n);
        return n;
    } else if (at_end_) {
        ec = end_ == ending::clean     ? error_code(error::eof)
             : end_ == ending::unclean ? error_code(errc::connection_closed)
                                       : error_code(error::connection_reset);
    } else {
        ec = error::would_block;
    }
    return 0;
}

void channel::write(std::string_view bytes, error_code& ec) {
    scarce_memory::aside const ours;
    request_ = bytes;
    taken_ = 0;
    plan_ = net_.begin_request(request_, requests_++, record_, weak_from_this());
    ec.clear();
    if (fault const* f = net_.begin(operation::write)) {
        ec = f->code;
        hand_over(std::min(f->takes, request_.size()));
        if (transport::would_block(ec)) {  // ready again a moment later
            plan_.blocks_at = all;
            writable_ = true;
        } else {
            broken_ = ec;
        }
        return;
    }
    if (closed_) {
        ec = error::bad_descriptor;
        return;
    }
    hand_over_as_planned(ec);
}

void channel::flush(error_code& ec) {
    scarce_memory::aside const ours;
    ec.clear();
    if (fault const* f = net_.begin(operation::flush)) {
        ec = f->code;
        hand_over(std::min(f->takes, request_.size() - taken_));
        if (!transport::would_block(ec)) broken_ = ec;
        return;
    }
    if (closed_) ec = error::bad_descriptor;
    if (broken_) ec = broken_;
    if (!ec) hand_over_as_planned(ec);
}

void channel::hand_over_as_planned(error_code& ec) {
    if (plan_.blocks_at < request_.size()) {
        hand_over(std::exchange(plan_.blocks_at, all) - taken_);
        ec = error::would_block;
        writable_ = false;
        if (plan_.blocks_for == answer::never) return;
        net_.time.after(plan_.blocks_for, [weak = weak_from_this()] {
            if (auto const c = weak.lock()) {
                c->writable_ = true;
                c->signal(transport::readiness::write);
            }
        });
        return;
    }
    if (plan_.takes < request_.size() || plan_.write_error) {
        hand_over(std::min(plan_.takes, request_.size()) - taken_);
        ec = broken_ = plan_.write_error ? plan_.write_error : error_code(error::connection_reset);
        return;
    }
    hand_over(request_.size() - taken_);
    answer_it();
}

void channel::hand_over(std::size_t count) {
    taken_ += count;
    if (auto* const record = net_.kept(record_)) record->handed_over += count;
}

void channel::answer_it() {
    if (plan_.stalls) return;
    auto reply = [weak = weak_from_this()] {
        scarce_memory::aside const ours;
        auto const c = weak.lock();
        if (!c || c->closed_) return;
        auto const pieces = pieces_of(c->plan_);
        c->pieces_.insert(c->pieces_.end(), pieces.begin(), pieces.end() - 1);
        c->arrive(std::string(pieces.back()), c->plan_.end);
    };
    if (plan_.delay > std::chrono::steady_clock::duration::zero()) {
        net_.time.after(plan_.delay, std::move(reply));
    } else {
        reply();
    }
}

void channel::arrive(std::string bytes, ending end) {
    scarce_memory::aside const ours;
    if (!bytes.empty()) pieces_.push_back(std::move(bytes));
    if (end != ending::none) end_ = end;
    if (readable()) signal(transport::readiness::read);
}

void channel::wait(transport::readiness what, std::shared_ptr<transport::stream_user> user) {
    scarce_memory::aside const ours;
    waits_[static_cast<std::size_t>(what)] = std::move(user);
    if (fault const* f = net_.begin(operation::wait)) return signal(what, f->code);
    if (closed_) return signal(what, error::operation_aborted);
    if (what == transport::readiness::read ? readable() : writable_) signal(what);
}

// The next piece can be read from now on.
void channel::surface() {
    scarce_memory::aside const ours;
    if (!current_.empty()) return;
    if (!pieces_.empty()) {
        current_ = std::move(pieces_.front());
        pieces_.pop_front();
    } else if (end_ != ending::none) {
        at_end_ = true;
    }
}

// The wait ends: by a turn of the event loop, as all do.
void channel::signal(transport::readiness what, error_code ec) {
    scarce_memory::aside const ours;
    auto user = std::exchange(waits_[static_cast<std::size_t>(what)], nullptr);
    if (!user) return;
    boost::asio::post(net_.io, [self = shared_from_this(), user = std::move(user), what, ec] {
        if (what == transport::readiness::read) self->surface();
        user->on_ready(what, ec);
    });
}

void channel::close() noexcept {
    if (std::exchange(closed_, true)) return;
    signal(transport::readiness::read, error::operation_aborted);
    signal(transport::readiness::write, error::operation_aborted);
}

void channel::forget_waits() noexcept {
    scarce_memory::aside const ours;
    auto const dropped = std::exchange(waits_, {});
}

void speak(std::weak_ptr<channel> const& to, std::string bytes, ending end) {
    auto const c = to.lock();
    if (!c) return;
    c->arrive(std::move(bytes), end);
    c->surface();  // there to be read, whether or not anybody was told
}

scripted_stream::scripted_stream(network& n, std::shared_ptr<channel> c) : net_(n), channel_(std::move(c)) {
    net_.most_live_streams = std::max(net_.most_live_streams, ++net_.live_streams);
}

scripted_stream::~scripted_stream() {
    channel_->close();
    --net_.live_streams;
}

}  // namespace oms::scripted
