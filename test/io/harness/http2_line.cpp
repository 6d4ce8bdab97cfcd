// SPDX-License-Identifier: BSL-1.0
#include "io/harness/http2_line.hpp"

#include "io/harness/scarce_memory.hpp"
#include "wire/chars.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace oms::scripted {

namespace error = boost::asio::error;

namespace {

// As the library spells it for HTTP/1.1.
std::string spelled(std::string name) {
    bool first = true;
    for (char& c : name) {
        if (first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        first = c == '-';
    }
    return name;
}

std::string text_of(testing::http2_session::request const& got) {
    std::string method, target, rest;
    for (auto const& [name, value] : got.fields) {
        if (name == ":method") {
            method = value;
        } else if (name == ":path") {
            target = value;
        } else if (name == ":authority") {
            rest.insert(0, "Host: " + value + "\r\n");
        } else if (name != ":scheme") {
            rest += spelled(name) + ": " + value + "\r\n";
        }
    }
    return method + ' ' + target + " HTTP/1.1\r\n" + rest + "\r\n" + got.body;
}

// What of a reply's text concerns its connection, and not its stream.
bool is_of_http_1(std::string_view name) noexcept {
    return name == "connection" || name == "keep-alive";
}

testing::field_list fields_of(std::string_view head) {
    testing::field_list fields;
    bool const good = head.starts_with("HTTP/1.1 ") && head.size() >= 12;
    fields.emplace_back(":status", good ? std::string(head.substr(9, 3)) : "200");
    if (!good) fields.emplace_back("No Name", "of a field");
    while (true) {
        std::size_t const end = head.find("\r\n");
        if (end == std::string_view::npos) return fields;
        head.remove_prefix(end + 2);
        std::string_view const line = head.substr(0, head.find("\r\n"));
        std::size_t const colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        std::string name(line.substr(0, colon));
        std::transform(name.begin(), name.end(), name.begin(), wire::to_lower);
        if (is_of_http_1(name)) continue;
        std::string_view value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        fields.emplace_back(std::move(name), value);
    }
}

std::string const* find(testing::field_list const& fields, std::string_view name) {
    auto const at = std::find_if(fields.begin(), fields.end(), [&](auto const& each) { return each.first == name; });
    return at == fields.end() ? nullptr : &at->second;
}

std::size_t number(std::string_view text, int base) {
    std::size_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

// A body, as far as it has arrived.
struct content {
    std::string bytes;
    bool whole = false;
};

content unchunked(std::string_view text) {
    content found;
    for (;;) {
        std::size_t const line = text.find("\r\n");
        if (line == std::string_view::npos) return found;
        std::size_t const size = number(text, 16);
        text.remove_prefix(line + 2);
        if (size == 0) {
            found.whole = text.find("\r\n") != std::string_view::npos;
            return found;
        }
        found.bytes += text.substr(0, size);
        if (text.size() < size + 2) return found;
        text.remove_prefix(size + 2);
    }
}

content content_of(testing::field_list const& fields, std::string_view text, bool ends_with_connection) {
    std::string const& status = fields.front().second;
    if (status == "204" || status == "304") return {{}, true};
    std::string const* const length = find(fields, "content-length");
    if (length != nullptr) return {std::string(text), text.size() >= number(*length, 10)};
    if (find(fields, "transfer-encoding") != nullptr) return unchunked(text);
    return {std::string(text), ends_with_connection};
}

// How the body is framed is no matter of the stream's, unless it is told in two ways.
testing::field_list without_framing(testing::field_list fields) {
    if (find(fields, "content-length") == nullptr)
        std::erase_if(fields, [](auto const& each) { return each.first == "transfer-encoding"; });
    return fields;
}

}  // namespace

http2_line::http2_line(network& n) : net_(n), peer_(n.max_streams) {}

std::size_t http2_line::read(std::span<char> into, error_code& ec) {
    scarce_memory::aside const ours;
    if (fault const* f = net_.begin(operation::read)) {
        ec = f->code;
        return 0;
    }
    ec.clear();
    if (closed_) {
        ec = error::bad_descriptor;
    } else if (!current_.bytes.empty()) {
        std::size_t const n = std::min(into.size(), current_.bytes.size());
        std::copy_n(current_.bytes.begin(), n, into.begin());
        current_.bytes.erase(0, n);
        auto* const record = current_.bytes.empty() ? net_.kept(current_.record) : nullptr;
        if (record != nullptr) record->delivered += current_.text;
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

// The peer reads ahead what is being sent, so that its script says what becomes of that.
void http2_line::look_at(std::string_view bytes) {
    plan_ = {};
    size_ = bytes.size();
    taken_ = 0;
    if (deaf_) return;
    look_for_resets(bytes);
    peer_.put(bytes);
    for (testing::http2_session::event e; peer_.next(e);) {
        if (e.what == testing::http2_session::event::kind::cancelled) continue;
        asked a;
        a.stream = e.stream;
        a.plan = net_.begin_request(text_of(peer_.get(e.stream)), requests_++, a.record, {}, weak_from_this());
        if (a.plan.takes != all || a.plan.write_error) plan_ = a.plan;
        // What blocks one of many would block the others, and what is said of them: here it is the peer that is slow.
        if (a.plan.blocks_at != all) {
            a.plan.stalls = a.plan.blocks_for == answer::never;
            a.plan.delay += a.plan.stalls ? a.plan.delay : a.plan.blocks_for;
        }
        asked_.push_back(std::move(a));
    }
}

void http2_line::write(std::string_view bytes, error_code& ec) {
    scarce_memory::aside const ours;
    look_at(bytes);
    ec.clear();
    if (fault const* f = net_.begin(operation::write)) {
        ec = f->code;
        hand_over(std::min(f->takes, size_));
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

void http2_line::flush(error_code& ec) {
    scarce_memory::aside const ours;
    ec.clear();
    if (fault const* f = net_.begin(operation::flush)) {
        ec = f->code;
        hand_over(std::min(f->takes, size_ - taken_));
        if (!transport::would_block(ec)) broken_ = ec;
        return;
    }
    if (closed_) ec = error::bad_descriptor;
    if (broken_) ec = broken_;
    if (!ec) hand_over_as_planned(ec);
}

void http2_line::hand_over_as_planned(error_code& ec) {
    if (plan_.blocks_at < size_) {
        hand_over(std::exchange(plan_.blocks_at, all) - taken_);
        ec = error::would_block;
        writable_ = false;
        if (plan_.blocks_for == answer::never) return;
        net_.time.after(plan_.blocks_for, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) {
                self->writable_ = true;
                self->signal(transport::readiness::write);
            }
        });
        return;
    }
    if (plan_.takes < size_ || plan_.write_error) {
        hand_over(std::min(plan_.takes, size_) - taken_);
        ec = broken_ = plan_.write_error ? plan_.write_error : error_code(error::connection_reset);
        return;
    }
    hand_over(size_ - taken_);
    answer_them();
}

void http2_line::hand_over(std::size_t count) {
    taken_ += count;
    for (asked const& each : asked_) {
        if (auto* const record = net_.kept(each.record)) record->handed_over += count;
    }
}

void http2_line::answer_them() {
    for (asked& each : std::exchange(asked_, {})) {
        if (each.plan.stalls) continue;
        auto reply = [weak = weak_from_this(), to = each] {
            scarce_memory::aside const ours;
            auto const self = weak.lock();
            if (self && !self->closed_) self->answer_it(to);
        };
        if (each.plan.delay > std::chrono::steady_clock::duration::zero()) {
            net_.time.after(each.plan.delay, std::move(reply));
        } else {
            reply();
        }
    }
    send();  // what the session says by itself
}

void http2_line::answer_it(asked const& to) {
    if (to.plan.over_http_2) {
        to.plan.over_http_2(*this, to.stream);
        return send(to.plan.end);
    }
    auto const texts = pieces_of(to.plan);
    std::string_view const text = to.plan.bytes;
    std::size_t told = 0;
    std::size_t arrived = 0;
    for (auto const& each : texts) {
        arrived += each.size();
        told = say(to, text.substr(0, arrived), told, arrived == text.size());
    }
    if (to.plan.end != ending::none) end_ = to.plan.end;
    if (readable()) signal(transport::readiness::read);
}

// As much as can be said of what has arrived of the text.
// @return  How much of that has been told.
std::size_t http2_line::say(asked const& to, std::string_view text, std::size_t told, bool last) {
    std::size_t begin = 0;  // of the reply, behind interim ones
    for (;;) {
        std::size_t const head_end = text.find("\r\n\r\n", begin);
        if (head_end == std::string_view::npos || !peer_.knows(to.stream)) return told;  // or it was given up meanwhile
        std::string_view const head = text.substr(begin, head_end + 2 - begin);
        std::size_t const body_at = head_end + 4;
        bool const is_new = told < body_at;
        testing::field_list const fields = fields_of(head);
        if (head.starts_with("HTTP/1.1 1") && !head.starts_with("HTTP/1.1 101")) {
            if (is_new) {
                peer_.send_head(to.stream, fields, false);
                pieces_.push_back({std::exchange(peer_.output(), {}), std::string(text.substr(told, body_at - told)),
                                   to.record, to.stream});
                told = body_at;
            }
            begin = body_at;
            continue;
        }
        auto const body = content_of(fields, text.substr(body_at), last && to.plan.end == ending::clean);
        if (is_new) peer_.send_head(to.stream, without_framing(fields), body.whole && body.bytes.empty());
        auto const before = is_new ? content() : content_of(fields, text.substr(body_at, told - body_at), false);
        std::string_view const more = std::string_view(body.bytes).substr(before.bytes.size());
        bool const ends = body.whole && !before.whole && !body.bytes.empty();
        if ((!more.empty() || ends) && peer_.knows(to.stream)) peer_.send_body(to.stream, more, body.whole);
        if (peer_.output().empty()) return told;  // of a chunk's frame
        pieces_.push_back({std::exchange(peer_.output(), {}), std::string(text.substr(told)), to.record, to.stream});
        return text.size();
    }
}

// Also of streams that the peer is done with. What is written is whole frames, but for the first bytes.
void http2_line::look_for_resets(std::string_view bytes) {
    if (bytes.starts_with(http2::client_preface)) bytes.remove_prefix(http2::client_preface.size());
    while (bytes.size() >= http2::frame_header_size) {
        auto const header = http2::read_frame_header(bytes.data());
        if (header.type == http2::frame_type::rst_stream) forget(header.stream);
        bytes.remove_prefix(std::min(bytes.size(), http2::frame_header_size + header.length));
    }
}

// Nobody hears what comes for it.
void http2_line::forget(http2::stream_id given_up) {
    resets.push_back(given_up);
    if (current_.stream == given_up) current_.text.clear();
    for (piece& each : pieces_) {
        if (each.stream == given_up) each.text.clear();
    }
}

void http2_line::send(ending end) {
    scarce_memory::aside const ours;
    if (deaf_) peer_.output().clear();
    if (!peer_.output().empty()) pieces_.push_back({std::exchange(peer_.output(), {}), {}, all, 0});
    if (end != ending::none) end_ = end;
    if (readable()) signal(transport::readiness::read);
}

void http2_line::wait(transport::readiness what, std::shared_ptr<transport::stream_user> user) {
    scarce_memory::aside const ours;
    waits_[static_cast<std::size_t>(what)] = std::move(user);
    if (fault const* f = net_.begin(operation::wait)) return signal(what, f->code);
    if (closed_) return signal(what, error::operation_aborted);
    if (what == transport::readiness::read ? readable() : writable_) signal(what);
}

void http2_line::surface() {
    scarce_memory::aside const ours;
    if (!current_.bytes.empty()) return;
    if (!pieces_.empty()) {
        current_ = std::move(pieces_.front());
        pieces_.pop_front();
    } else if (end_ != ending::none) {
        at_end_ = true;
    }
}

// The wait ends: by a turn of the event loop, as all do.
void http2_line::signal(transport::readiness what, error_code ec) {
    scarce_memory::aside const ours;
    auto user = std::exchange(waits_[static_cast<std::size_t>(what)], nullptr);
    if (!user) return;
    boost::asio::post(net_.io, [self = shared_from_this(), user = std::move(user), what, ec] {
        if (what == transport::readiness::read) self->surface();
        user->on_ready(what, ec);
    });
}

void http2_line::close() noexcept {
    if (std::exchange(closed_, true)) return;
    signal(transport::readiness::read, error::operation_aborted);
    signal(transport::readiness::write, error::operation_aborted);
}

void http2_line::forget_waits() noexcept {
    scarce_memory::aside const ours;
    auto const dropped = std::exchange(waits_, {});
}

http2_stream::http2_stream(network& n, std::shared_ptr<http2_line> line) : net_(n), line_(std::move(line)) {
    net_.most_live_streams = std::max(net_.most_live_streams, ++net_.live_streams);
    net_.on_forget.push_back([weak = std::weak_ptr(line_)] {
        if (auto const l = weak.lock()) l->forget_waits();
    });
}

http2_stream::~http2_stream() {
    line_->close();
    --net_.live_streams;
}

}  // namespace oms::scripted
