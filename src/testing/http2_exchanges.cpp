// SPDX-License-Identifier: BSL-1.0
#include "testing/http2_exchanges.hpp"

#include "http2/field_rules.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace oms::testing {

namespace {

// What the pseudo-header fields say, and the others.
struct parts {
    std::string_view method, scheme, target, authority;
    std::vector<header_view> headers;
    bool good = true;

    void take(std::string_view name, std::string_view value) {
        if (!http2::is_pseudo(name)) {
            good = good && http2::is_well_formed({name, value, 0}) && (name != "te" || value == "trailers");
            headers.push_back({name, value});
            return;
        }
        std::string_view* const place = name == ":method"      ? &method
                                        : name == ":scheme"    ? &scheme
                                        : name == ":path"      ? &target
                                        : name == ":authority" ? &authority
                                                               : nullptr;
        good = good && place != nullptr && place->data() == nullptr && headers.empty() && http2::is_value(value);
        if (place != nullptr) *place = value;
    }
};

head_status head_of(http2_session::request const& got, parts& said, request_head& head) {
    if (got.too_large && got.fields.empty()) return head_status::too_large;
    for (auto const& [name, value] : got.fields)
        said.take(name, value);
    if (!said.good || said.scheme != "https") return head_status::malformed;
    if (said.authority.data() != nullptr) said.headers.insert(said.headers.begin(), {"host", said.authority});
    auto const status = make_head(said.method, said.target, said.headers, head);
    bool const promised = status == head_status::complete && head.find("content-length").data() != nullptr;
    if (promised && !got.too_large && head.content_length != got.body.size()) return head_status::malformed;
    return status;
}

}  // namespace

http2_exchanges::http2_exchanges(gateway& g, region& where, desk& d, std::size_t connection, std::function<void()> wake)
    : gateway_(g),
      region_(where),
      desk_(d),
      connection_(connection),
      wake_(std::move(wake)),
      session_(g.options().max_streams) {}

void http2_exchanges::serve(std::string_view bytes, time_point now) {
    if (end_ == ending::keep && !bytes.empty()) {
        session_.put(bytes);
        http2_session::event e;
        while (session_.next(e)) {
            if (e.what == http2_session::event::kind::request) {
                begin(e.stream, now);
                advance(now);
            } else if (auto const at = exchanges_.find(e.stream); at != exchanges_.end()) {
                desk_.ledger.set_sent(at->second.what.ledger_index, false);
                exchanges_.erase(at);
            }
        }
    }
    advance(now);
    output_ += session_.output();
    session_.output().clear();
}

void http2_exchanges::clear_output() {
    output_.clear();
}

void http2_exchanges::begin(http2::stream_id id, time_point now) {
    if (going_away_) return;
    idle_until_.reset();
    exchange& x = exchanges_[id];
    x.what.as_fields = true;
    if (!ask(id, session_.get(id), x.what)) x.what.ending = ending::keep;
    x.recorded = x.what.whole && x.what.at_once();
    x.due = now + x.what.delay;
    if (!x.what.gate) return;
    x.held = std::make_shared<std::atomic<bool>>(true);
    x.what.gate->pass([held = x.held, wake = wake_] {
        *held = false;
        wake();
    });
}

// Whether it was a request.
bool http2_exchanges::ask(http2::stream_id id, http2_session::request const& got, delivery& out) {
    request_head head;
    parts said;
    auto const status = head_of(got, said, head);
    ++requests_;
    if (status != head_status::complete || got.too_large) {
        unsigned const code = status == head_status::malformed ? 400 : status == head_status::too_large ? 494 : 413;
        gateway_.refuse(region_, code, connection_, desk_, out);
        return false;
    }
    gateway_.exchange(region_, head, got.body, connection_, requests_, desk_, out);
    if (!is_unprocessed(out.ending)) last_asked_ = id;
    return true;
}

std::optional<http2_exchanges::time_point> http2_exchanges::due() const {
    std::optional<time_point> first = idle_until_;
    for (auto const& [id, x] : exchanges_) {
        bool const waits = x.stalled || (x.held && *x.held) || (x.begun && !session_.sent(id));
        if (!waits && (!first || x.due < *first)) first = x.due;
    }
    return first;
}

void http2_exchanges::advance(time_point now) {
    for (auto at = exchanges_.begin(); at != exchanges_.end() && end_ == ending::keep;) {
        auto const each = at++;
        exchange& x = each->second;
        bool const gone = x.begun && !session_.knows(each->first);
        if (gone || (!x.stalled && !(x.held && *x.held) && x.due <= now && step(each->first, x, now)))
            exchanges_.erase(each);
    }
    if (session_.over()) end_connection(ending::close, true);
    bool const idle = exchanges_.empty() && session_.all_sent();
    if (going_away_ && idle) end_connection(ending::close, true);
    if (idle_until_ && idle && *idle_until_ <= now) end_connection(ending::close, close_notify_);
}

// Whether the exchange is over.
bool http2_exchanges::step(http2::stream_id id, exchange& x, time_point now) {
    delivery& d = x.what;
    if (!x.begun) {
        x.begun = true;
        if (d.send == 0 || d.fields.empty()) {  // nothing of it, or bytes that are no frames
            if (d.fields.empty()) session_.send_raw(d.bytes);
            return end_reply(id, x, now);
        }
        d.bytes.resize(begin_reply(id, x));
        if (!session_.knows(id)) return end_reply(id, x, now);
    }
    if (!session_.sent(id)) return false;
    std::string_view const piece = std::string_view(d.bytes).substr(x.sent, d.piece);
    x.sent += piece.size();
    bool const last = x.sent == d.bytes.size();
    session_.send_body(id, piece, last && d.whole);
    x.due = now + d.between_pieces;
    return last && end_reply(id, x, now);
}

// Sends the head, or what may be sent of it; how much of the body may follow.
std::size_t http2_exchanges::begin_reply(http2::stream_id id, exchange& x) {
    delivery& d = x.what;
    std::size_t const before = session_.output().size();
    std::size_t const head = session_.send_head(id, d.fields, d.bytes.empty() && d.whole);
    if (d.head_only) return 0;
    if (d.send < head) {
        session_.cut(before + (d.ending == ending::stall ? 0 : d.send));
        return 0;
    }
    std::size_t const body = std::min(d.bytes.size(), d.send - head);
    d.whole = body == d.bytes.size();
    return body;
}

bool http2_exchanges::end_reply(http2::stream_id id, exchange& x, time_point now) {
    delivery const& d = x.what;
    if (d.whole && !x.recorded) desk_.ledger.set_sent(d.ledger_index, true);
    switch (d.ending) {
        case ending::keep:
            if (d.close_when_idle) {
                idle_until_ = now + *d.close_when_idle;
                close_notify_ = d.close_notify;
            }
            return true;
        case ending::stall:
            x.stalled = true;
            return false;
        case ending::close:
        case ending::reset:
            end_connection(d.ending, d.close_notify);
            return true;
        case ending::refuse_stream:
            session_.reset(id, http2::reason::refused_stream);
            return true;
        case ending::reset_stream:
            session_.reset(id, static_cast<http2::reason>(d.reset_code));
            return true;
        case ending::go_away:
            // What was looked at meanwhile is answered, and so this one is refused by itself.
            session_.go_away(last_asked_);
            if (last_asked_ > id) session_.reset(id, http2::reason::refused_stream);
            going_away_ = true;
            return true;
    }
    return true;
}

void http2_exchanges::end_connection(ending how, bool close_notify) noexcept {
    if (end_ != ending::keep) return;
    end_ = how;
    close_notify_ = close_notify;
}

void http2_exchanges::abandon() {
    for (auto const& [id, x] : exchanges_)
        desk_.ledger.set_sent(x.what.ledger_index, false);
    exchanges_.clear();
}

}  // namespace oms::testing
