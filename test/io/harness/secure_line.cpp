// SPDX-License-Identifier: BSL-1.0
#include "io/harness/secure_line.hpp"

#include "io/harness/scarce_memory.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <utility>

namespace oms::scripted {

namespace error = boost::asio::error;
using transport::readiness;
using state = testing::session::state;

std::size_t secure_line::read(std::span<char> into, error_code& ec) {
    scarce_memory::aside const ours;
    ec.clear();
    fault const* const f = net_.begin(operation::read);
    if (closed_) ec = error::bad_descriptor;
    if (broken_) ec = broken_;
    if (ec) return 0;
    std::size_t most = into.size();
    if (f != nullptr && f->code) {
        ec = f->code;
        if (ec == error::eof) {
            current_.clear();
            pieces_.clear();
            end_ = ending::unclean;
            at_end_ = true;
        } else if (!transport::would_block(ec)) {
            broken_ = ec;
        }
        return 0;
    }
    if (f != nullptr) most = std::min(most, f->takes);
    if (!current_.empty()) {
        std::size_t const n = std::min(most, current_.size());
        std::copy_n(current_.begin(), n, into.begin());
        current_.erase(0, n);
        return n;
    }
    if (!at_end_) {
        ec = error::would_block;
    } else {
        ec = end_ == ending::reset ? error_code(error::connection_reset) : error_code(error::eof);
    }
    return 0;
}

std::size_t secure_line::write(std::string_view ciphertext, error_code& ec) {
    scarce_memory::aside const ours;
    ec.clear();
    fault const* const f = net_.begin(operation::write);
    if (closed_) ec = error::bad_descriptor;
    if (broken_) ec = broken_;
    if (next_write_) ec = std::exchange(next_write_, error_code());
    std::size_t room = std::min(ciphertext.size(), window());
    if (f != nullptr && !ec) {
        room = std::min(room, f->takes);
        (room == 0 ? ec : next_write_) = f->code;
        if (room > 0 && !transport::would_block(f->code)) broken_ = std::exchange(next_write_, error_code());
    }
    if (!ec && room == 0) ec = error::would_block;
    if (ec) {
        if (!transport::would_block(ec)) broken_ = ec;
        return 0;
    }
    take(ciphertext.substr(0, room));
    return room;
}

// How much more of the request is taken now.
std::size_t secure_line::window() {
    if (plan_.blocks_at == all) return all;
    return plan_.blocks_at - std::min(plan_.blocks_at, taken_);
}

void secure_line::take(std::string_view ciphertext) {
    taken_ += ciphertext.size();
    if (auto* const record = net_.kept(record_)) record->handed_over += ciphertext.size();
    std::string text;
    heard_ = session_->receive(ciphertext, text);
    pass_on();
    arrived_ += text;
    if (!asked_ || arrived_.size() < request_.size()) return;
    asked_ = false;
    BOOST_TEST((arrived_ == request_), "the server read another request than was written");
    arrived_.clear();
    answer_it();
}

void secure_line::begin_request(std::string_view text) {
    scarce_memory::aside const ours;
    request_ = text;
    arrived_.clear();
    asked_ = true;
    taken_ = 0;
    plan_ = net_.begin_request(request_, requests_++, record_);
    if (plan_.blocks_at == all || plan_.blocks_for == answer::never) return;
    net_.time.after(plan_.blocks_for, [weak = weak_from_this()] {
        if (auto const line = weak.lock()) {
            line->plan_.blocks_at = all;
            line->signal(readiness::write);
        }
    });
}

void secure_line::delivered(std::string_view text) {
    scarce_memory::aside const ours;
    if (auto* const record = net_.kept(record_)) record->delivered += text;
}

void secure_line::answer_it() {
    if (plan_.stalls) return;
    auto reply = [weak = weak_from_this()] {
        scarce_memory::aside const ours;
        auto const line = weak.lock();
        if (!line || line->closed_) return;
        answer const& a = line->plan_;
        for (std::string_view const piece : pieces_of(a))
            line->say(piece);
        if (a.end == ending::clean) line->session_->send_close_notify();
        if (!line->cut_) line->end_ = a.end;
        line->pass_on();
    };
    if (plan_.delay > std::chrono::steady_clock::duration::zero()) {
        net_.time.after(plan_.delay, std::move(reply));
    } else {
        reply();
    }
}

void secure_line::say(std::string_view text) {
    if (heard_ == state::open) session_->send(text);
    pass_on();
}

// What the server has to send goes on its way.
void secure_line::pass_on() {
    scarce_memory::aside const ours;
    std::string_view const bytes = session_->output().substr(0, room_);
    for (std::size_t at = 0; at < bytes.size(); at += std::min(manner_.piece, bytes.size() - at))
        pieces_.emplace_back(bytes.substr(at, manner_.piece));
    if (!cut_ && bytes.size() < session_->output().size()) {
        cut_ = true;
        end_ = manner_.end;
    }
    room_ -= room_ == all ? 0 : bytes.size();
    session_->clear_output();
    if (readable()) signal(readiness::read);
}

void secure_line::wait(readiness what, wait_handler handler) {
    scarce_memory::aside const ours;
    auto const kind = static_cast<std::size_t>(what);
    waits_[kind] = std::move(handler);
    if (fault const* const f = net_.begin(operation::wait)) {
        if (f->code || f->takes != all) return signal(what, f->code);
        stalled_[kind] = true;
    }
    if (closed_) return signal(what, error::operation_aborted);
    if (what == readiness::read ? readable() : broken_ || window() > 0) signal(what);
}

void secure_line::receive(std::span<char> into, receive_handler handler) {
    wait(readiness::read, [self = shared_from_this(), into, handler = std::move(handler)](error_code ec) {
        std::size_t const n = ec ? 0 : self->read(into, ec);
        if (transport::would_block(ec)) return self->receive(into, handler);
        handler(ec, n);
    });
}

// The next piece can be read from now on.
void secure_line::surface() {
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
void secure_line::signal(readiness what, error_code ec) {
    scarce_memory::aside const ours;
    auto const kind = static_cast<std::size_t>(what);
    if (!waits_[kind] || (stalled_[kind] && !closed_)) return;
    boost::asio::post(net_.io, [self = shared_from_this(), handler = std::exchange(waits_[kind], nullptr), what, ec] {
        if (what == readiness::read) self->surface();
        handler(ec);
    });
}

void secure_line::close() noexcept {
    if (std::exchange(closed_, true)) return;
    signal(readiness::read, error::operation_aborted);
    signal(readiness::write, error::operation_aborted);
}

}  // namespace oms::scripted
