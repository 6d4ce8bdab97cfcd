// SPDX-License-Identifier: BSL-1.0
#include "transport/http1_connection.hpp"

#include "wire/secure_zero.hpp"

#include <boost/asio/error.hpp>

#include <array>
#include <new>
#include <span>
#include <utility>

namespace oms::transport {

http1_connection::http1_connection(std::unique_ptr<stream> s, std::shared_ptr<connection_owner> owner)
    : stream_(std::move(s)), owner_(std::move(owner)) {}

void http1_connection::watch() {
    lock const held(mutex_);
    if (!wait(awaited::news)) give_up();
}

// A wait for reading is under way as long as the connection lives, but for
// the moment in which the owner is told of a reply: most often it starts the
// next exchange there. Between exchanges the wait is the watch, for any news,
// which takes nothing, so that `quiet` sees what came; within one it brings
// the reply. False: there is no memory for it.
bool http1_connection::wait(awaited what) noexcept {
    try {
        if (what == awaited::reply) {
            stream_->async_receive(shared_from_this());
        } else {
            stream_->async_wait(what == awaited::news ? readiness::read : readiness::write, shared_from_this());
        }
        if (what != awaited::room) reading_waits_ = true;
        return true;
    } catch (...) {
        return false;
    }
}

// An idle one without a watch is of no use: whoever wants to use it finds it so.
void http1_connection::give_up() noexcept {
    state_ = state::dead;
    stream_->close(false);
}

void http1_connection::forget_request(exchange& /*x*/) noexcept {
    lock const held(mutex_);
    wire::secure_zero(exchange_.request.data(), exchange_.request.size());
    exchange_.request.clear();
}

void http1_connection::add_headers(exchange& /*x*/, std::string_view lines) noexcept {
    lock const held(mutex_);
    insert_headers(exchange_.request, lines);
}

bool http1_connection::start(exchange& /*x*/) noexcept {
    lock const held(mutex_);
    if (state_ == state::idle && quiet() && !reading_waits_ && !wait(awaited::reply)) give_up();
    if (state_ != state::idle) {
        wire::secure_zero(exchange_.request.data(), exchange_.request.size());
        return false;
    }
    started_.store(true, std::memory_order_relaxed);
    reader_.start(exchange_.header_limit, exchange_.body_limit, exchange_.confidential, exchange_.lenient);
    times_ = {};
    error_code ec;
    stream_->write(exchange_.request, ec);
    wire::secure_zero(exchange_.request.data(), exchange_.request.size());
    sent(ec);
    return true;
}

// Whether nothing came while it was idle that nobody has looked at yet: what
// is there before the request cannot be its reply. Right behind a reply, while
// the owner is told of it, all that was there came with it.
bool http1_connection::quiet() noexcept {
    if (exchange_.follows && !reading_waits_ && !stream_->has_unread()) return true;
    std::array<char, 512> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    error_code ec;
    stream_->read_some(buffer, ec);
    if (would_block(ec)) return true;
    state_ = state::dead;
    stream_->close(false);
    return false;
}

void http1_connection::sent(error_code const& ec) noexcept {
    if (!ec) {
        state_ = state::receiving;
        if (exchange_.now != nullptr) times_.sent = exchange_.now->now();
    } else if (would_block(ec)) {
        state_ = state::sending;
        if (!wait(awaited::room)) break_off(errc::out_of_memory);
    } else {
        state_ = state::sending;
        break_off(ec);
    }
}

void http1_connection::break_off(error_code const& ec) noexcept {
    broken_ = ec;
    stream_->close(false);  // ends the wait for reading, which tells the owner
}

void http1_connection::on_ready(readiness what, error_code ec) {
    lock held(mutex_);
    if (what == readiness::read) reading_waits_ = false;
    if (state_ == state::dead) return;
    if (broken_) {
        if (what == readiness::read) fail(held, broken_);
        return;
    }
    if (what == readiness::write) {
        if (state_ != state::sending) return;
        if (!ec) stream_->flush(ec);
        sent(ec);
    } else if (ec) {
        fail(held, ec);
    } else {
        read(held);
    }
}

void http1_connection::read(lock& held) {
    std::array<char, 16 * 1024> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): 16 KiB to fill for nothing
    struct wiper {
        std::array<char, 16 * 1024>& buffer;
        bool const wanted;
        ~wiper() {
            if (wanted) wire::secure_zero(buffer.data(), buffer.size());
        }
    } const at_the_end{buffer, exchange_.confidential};
    for (unsigned turns = 0;; ++turns) {
        error_code ec = boost::asio::error::would_block;
        std::size_t const n = turns < reads_at_once ? stream_->read_some(buffer, ec) : 0;
        if (would_block(ec)) {
            bool const enough = under_way() && reader_.cut();
            if (enough) return deliver(held, state_ == state::receiving);
            if (!wait(under_way() ? awaited::reply : awaited::news)) fail(held, errc::out_of_memory);
            return;
        }
        if (ec && under_way() && reader_.cut()) return deliver(held);
        if (ec == boost::asio::error::eof && under_way() && reader_.finish(ec) == reply_reader::progress::done) {
            return deliver(held);
        }
        if (ec) return fail(held, ec);
        if (state_ == state::idle) return fail(held, errc::malformed_reply);  // nobody asked for these bytes
        if (exchange_.now != nullptr && !reader_.got_bytes()) times_.first_byte = exchange_.now->now();
        switch (reader_.put({buffer.data(), n}, ec)) {
            case reply_reader::progress::more:
                break;
            case reply_reader::progress::done:
                return under_way() ? deliver(held) : drained(held);
            case reply_reader::progress::failed:
                return fail(held, ec);
        }
    }
}

// Where the reply is `draining`, nothing is read before its owner has dealt with it.
void http1_connection::deliver(lock& held, bool draining) {
    reply r = reader_.get();
    r.draining = draining;
    r.times = times_;
    r.keep_alive = r.keep_alive && state_ == state::receiving;
    untold_ = replied_ = true;
    if (draining) {
        state_ = state::draining;
        held.unlock();
        struct reader {
            http1_connection& self;
            ~reader() {
                lock const again(self.mutex_);
                if (self.state_ == state::draining && !self.wait(awaited::news)) self.give_up();
            }
        } const after_the_caller_has_its_answer{*this};
        return owner_->on_reply(exchange_, r);
    }
    if (r.keep_alive) {
        struct watcher {
            http1_connection& self;
            ~watcher() {
                if (self.started_.load(std::memory_order_relaxed)) return;  // by the caller, nearly always
                lock const held(self.mutex_);
                if (self.state_ == state::idle && !self.reading_waits_ && !self.wait(awaited::news)) self.give_up();
            }
        } const unless_it_is_used_again{*this};
        state_ = state::idle;
        started_.store(false, std::memory_order_relaxed);
        held.unlock();
        return owner_->on_reply(exchange_, r);
    }
    state_ = state::dead;
    held.unlock();
    struct closer {
        http1_connection& self;
        ~closer() { self.close(); }
    } const after_the_caller_has_its_answer{*this};
    owner_->on_reply(exchange_, r);
}

void http1_connection::drained(lock& held) {
    if (!reader_.get().keep_alive) return fail(held, errc::body_too_large);
    state_ = state::idle;
    if (!wait(awaited::news)) give_up();
    held.unlock();
    owner_->on_drained(*this);
}

exchange_failure http1_connection::describe(error_code const& ec) noexcept {
    exchange_failure f;
    bool const foreign = ec && ec.category() != client_category();
    f.code = !foreign                        ? ec
             : ec == boost::asio::error::eof ? error_code(errc::connection_closed)
                                             : error_code(errc::connection_lost);
    f.cause = ec;
    f.times = times_;
    f.got_bytes = f.heard = reader_.got_bytes();
    f.connection_ended = true;
    f.handed_over = state_ != state::idle && stream_->handed_over();
    f.phase = f.got_bytes ? phase::body : state_ == state::receiving ? phase::first_byte : phase::write;
    if (reader_.salvage()) f.head = &reader_.get();
    return f;
}

void http1_connection::fail(lock& held, error_code const& ec) {
    bool const idle = !under_way();
    exchange_failure const f = describe(ec);
    state_ = state::dead;
    stream_->close(false);
    if (!idle) {
        ended_ = f;
        untold_ = true;
        replied_ = false;
    }
    held.unlock();
    if (idle) {
        owner_->on_idle_closed(*this, f.code);
    } else {
        owner_->on_exchange_failed(exchange_, f);
    }
}

exchange_failure http1_connection::abandon(exchange& /*x*/) noexcept {
    lock const held(mutex_);
    exchange_failure f;
    if (under_way()) {
        f = describe({});
    } else if (untold_ && replied_) {
        f = describe({});
        f.handed_over = stream_->handed_over();
        f.head = &reader_.get();
    } else if (untold_) {
        f = ended_;
    }
    f.connection_ended = true;
    state_ = state::dead;
    stream_->close(false);
    wire::secure_zero(exchange_.request.data(), exchange_.request.size());
    return f;
}

void http1_connection::close() noexcept {
    lock const held(mutex_);
    state_ = state::dead;
    stream_->close(true);
}

void http1_connection::trim() noexcept {
    lock const held(mutex_);
    if (state_ != state::idle) return;
    exchange_.request = {};
    reader_.trim();
    stream_->trim();
}

}  // namespace oms::transport
