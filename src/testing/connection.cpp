// SPDX-License-Identifier: BSL-1.0
#include "testing/connection.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace oms::testing {

namespace {

namespace asio = boost::asio;

constexpr std::size_t max_body = 1024 * 1024;
constexpr std::size_t max_pending = 2 * max_body;  // of a peer that sends without waiting for replies
constexpr std::chrono::seconds linger(2);

}  // namespace

connection::connection(std::unique_ptr<line> by, std::unique_ptr<session> layer, gateway& g, region& where,
                       workplace& w, connect_plan const& plan)
    : line_(std::move(by)),
      session_(std::move(layer)),
      gateway_(g),
      region_(where),
      place_(w),
      number_(++g.ledger().connections().accepted),
      greeting_(plan.greeting),
      greeting_delay_(plan.delay) {
    ++gateway_.ledger().connections().open;
}

connection::~connection() {
    if (phase_ != phase::closed) --gateway_.ledger().connections().open;
}

void connection::start() {
    error_code ec;
    line_->begin(ec);
    if (ec) return end();
    if (greeting_delay_ > std::chrono::nanoseconds::zero()) return call_after(greeting_delay_, &connection::greet);
    greet();
}

// From here on what the peer says is read, were it to learn that it leaves.
void connection::greet() {
    phase_ = phase::idle;
    switch (greeting_) {
        case greeting::usual:
            line_->greet();
            break;
        case greeting::reset:
            return reset();
        case greeting::close:
            finish();
            break;
        case greeting::stall:
            phase_ = phase::mute;
            break;
    }
    line_->wait_readable(shared_from_this());
}

void connection::on_readable() {
    error_code ec;
    auto const size = line_->read_some(place_.input, ec);
    if (ec && ec != asio::error::would_block) return end();
    if (size != 0 && phase_ != phase::ending && phase_ != phase::mute) receive({place_.input.data(), size});
    if (phase_ != phase::closed) line_->wait_readable(shared_from_this());
}

void connection::receive(std::string_view bytes) {
    if (phase_ == phase::idle) ++timer_use_;
    auto const state = session_->receive(bytes, plain_);
    if (state != session::state::handshaking && !handshake_done_ && session_->established()) {
        handshake_done_ = true;
        ++gateway_.ledger().connections().handshakes;
        if (session_->resumed()) ++gateway_.ledger().connections().resumed;
        choose_protocol();
    }
    flush();
    if (phase_ == phase::stalled) plain_.clear();
    if (plain_.size() > max_pending) return reset();
    process();
    if (state == session::state::closed && phase_ != phase::closed && phase_ != phase::ending) finish();
}

// As the handshake says. Who asks for none is served where HTTP/1.1 is.
void connection::choose_protocol() {
    if (session_->protocol() == "h2") {
        http2_ = std::make_unique<http2_exchanges>(gateway_, region_, place_.desk, number_, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->line_->call(self);
        });
    } else if (gateway_.options().http == http_versions::http_2) {
        finish();
    }
}

void connection::serve_http2() {
    if (phase_ != phase::idle) return;
    auto const now = gateway_.clock().steady();
    http2_->serve(plain_, now);
    plain_.clear();
    session_->send(http2_->output());
    http2_->clear_output();
    flush();
    if (flushing_ || phase_ != phase::idle) return;
    if (http2_->end() == ending::reset) return reset();
    if (http2_->end() == ending::close) {
        if (http2_->close_notify()) session_->send_close_notify();
        flush();
        return finish();
    }
    if (auto const due = http2_->due()) {
        call_after(std::max(std::chrono::nanoseconds(*due - now), std::chrono::nanoseconds::zero()),
                   &connection::serve_http2);
    }
}

void connection::process() {
    if (http2_) return serve_http2();
    while (phase_ == phase::idle && next_request()) {
    }
}

// Answers the next request if it is there, whole.
bool connection::next_request() {
    request_head head;
    auto const status = parse_head(plain_, head);
    if (status == head_status::incomplete) return false;
    bool const readable = status == head_status::complete && head.content_length <= max_body;
    if (readable && plain_.size() < head.size + head.content_length) return false;
    ++requests_;
    if (readable) {
        auto const body_size = static_cast<std::size_t>(head.content_length);
        gateway_.exchange(region_, head, std::string_view(plain_).substr(head.size, body_size), number_, requests_,
                          place_.desk, delivery_);
        plain_.erase(0, head.size + body_size);
    } else {
        unsigned const code = status == head_status::malformed ? 400 : status == head_status::too_large ? 494 : 413;
        gateway_.refuse(region_, code, number_, place_.desk, delivery_);
        plain_.clear();
    }
    sent_ = 0;
    if (delivery_.gate) {
        phase_ = phase::delayed;
        wait_for_gate();
    } else if (delivery_.delay > std::chrono::nanoseconds::zero()) {
        phase_ = phase::delayed;
        call_after(delivery_.delay, &connection::send_reply);
    } else {
        send_reply();
    }
    return true;
}

void connection::wait_for_gate() {
    delivery_.gate->pass([weak = weak_from_this()] {
        if (auto const self = weak.lock()) self->line_->call(self);
    });
}

void connection::on_called() {
    if (http2_) return serve_http2();
    if (phase_ != phase::delayed) return;
    send_reply();
    process();
}

// All of it, or the next piece.
void connection::send_reply() {
    auto const piece = std::string_view(delivery_.bytes).substr(sent_, delivery_.piece);
    sent_ += piece.size();
    bool const last = sent_ == delivery_.bytes.size();
    bool const late = phase_ == phase::delayed;
    if (last && late && delivery_.whole) place_.desk.ledger.set_sent(delivery_.ledger_index, true);
    phase_ = phase::replying;
    session_->send(piece);
    if (last && closes(delivery_.ending) && delivery_.close_notify) session_->send_close_notify();
    flush();
}

void connection::end_reply() {
    if (sent_ < delivery_.bytes.size()) {
        phase_ = phase::delayed;
        return call_after(delivery_.between_pieces, &connection::send_reply);
    }
    switch (delivery_.ending) {
        case ending::keep:
            phase_ = phase::idle;
            if (delivery_.close_when_idle) call_after(*delivery_.close_when_idle, &connection::close_if_idle);
            break;
        case ending::stall:
            phase_ = phase::stalled;
            break;
        case ending::close:
        case ending::refuse_stream:
        case ending::reset_stream:
        case ending::go_away:
            phase_ = phase::stalled;
            return finish();
        case ending::reset:
            phase_ = phase::stalled;
            return reset();
    }
}

// Hands the session's output to the kernel, in more steps where it takes no more.
void connection::flush() {
    if (flushing_ || phase_ == phase::closed) return;
    error_code ec;
    while (flushed_ < session_->output().size()) {
        flushed_ += line_->write_some(session_->output().substr(flushed_), ec);
        if (ec == asio::error::would_block) {
            flushing_ = true;
            return line_->wait_writable(shared_from_this());
        }
        if (ec) return end();
    }
    if (flushed_ != 0) session_->clear_output();
    flushed_ = 0;
    if (phase_ == phase::replying) end_reply();
}

void connection::on_writable(error_code ec) {
    flushing_ = false;
    if (ec) return;
    flush();
    process();
}

void connection::close_if_idle() {
    if (phase_ != phase::idle || !plain_.empty()) return;
    if (delivery_.close_notify) session_->send_close_notify();
    flush();
    finish();
}

// Ends our side; what the peer still sends is read and dropped, since a close
// with unread bytes would reset the connection and might take the reply along.
void connection::finish() {
    if (phase_ == phase::closed) return;
    if (phase_ == phase::delayed || phase_ == phase::replying) {
        place_.desk.ledger.set_sent(delivery_.ledger_index, false);
    }
    if (http2_) http2_->abandon();
    phase_ = phase::ending;
    line_->finish();
    call_after(linger, &connection::end);
}

void connection::close(bool reset) {
    if (phase_ == phase::closed) return;
    if (phase_ == phase::delayed || phase_ == phase::replying) {
        place_.desk.ledger.set_sent(delivery_.ledger_index, false);
    }
    if (http2_) http2_->abandon();
    phase_ = phase::closed;
    --gateway_.ledger().connections().open;
    ++timer_use_;
    line_->forget_wake();
    line_->close(reset);
}

void connection::call_after(std::chrono::nanoseconds delay, void (connection::*action)()) {
    timed_ = action;
    line_->wake_after(delay, shared_from_this(), ++timer_use_);
}

void connection::on_time(std::uint64_t order) {
    if (order != timer_use_) return;
    (this->*timed_)();
    process();
}

}  // namespace oms::testing
