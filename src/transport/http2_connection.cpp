// SPDX-License-Identifier: BSL-1.0
#include "transport/http2_connection.hpp"

#include "http2/reason_category.hpp"
#include "transport/request_memory.hpp"
#include "wire/digest.hpp"
#include "wire/secure_zero.hpp"

#include <boost/asio/error.hpp>
#include <boost/assert.hpp>

#include <array>
#include <chrono>
#include <new>
#include <span>
#include <thread>
#include <utility>

namespace oms::transport {

namespace {

// More than this is sent while events are being told: one record, or two.
constexpr std::size_t held_back = 16 * 1024;
constexpr std::string_view ping_text = "oms-ping";

http2::session_limits limits_of(std::size_t header) noexcept {
    http2::session_limits limits;
    limits.header = header;
    return limits;
}

}  // namespace

http2_connection::http2_connection(std::unique_ptr<stream> s, std::shared_ptr<connection_owner> owner,
                                   std::size_t header_limit)
    : stream_(std::move(s)), owner_(std::move(owner)), session_(limits_of(header_limit)) {
    session_.open(out_);
}

http2_connection::~http2_connection() {
    forget_output();
    for (auto const& each : slots_)
        give_memory_back(each->request);
}

void http2_connection::watch() {
    lock const held(mutex_);
    flush();
    if (!broken_ && !wait_for_news()) break_off(errc::out_of_memory);
}

// One that carries nothing waits without a buffer.
bool http2_connection::wait_for_news() noexcept {
    try {
        if (session_.active() > 0) {
            stream_->async_receive(shared_from_this());
        } else {
            stream_->async_wait(readiness::read, shared_from_this());
        }
        return true;
    } catch (...) {
        return false;
    }
}

std::size_t http2_connection::capacity() const noexcept {
    lock const held(mutex_);
    return broken_ || closed_ ? 0 : session_.most();
}

bool http2_connection::takes_more() const noexcept {
    lock const held(mutex_);
    return !broken_ && !closed_ && session_.takes_more();
}

std::shared_ptr<exchange> http2_connection::offer() {
    lock const held(mutex_);
    if (spare_.empty()) {
        spare_.reserve(slots_.size() + 1);
        slots_.push_back(std::make_unique<slot>(*this));
        spare_.push_back(slots_.back().get());
    }
    std::shared_ptr<exchange> offered(shared_from_this(), spare_.back());
    slot& s = *spare_.back();
    spare_.pop_back();
    s.now_in = slot::state::offered;
    s.times = {};
    s.failure = {};
    s.unfit.clear();
    borrow_memory(s.request);
    return offered;
}

void http2_connection::make_spare(slot& s) noexcept {
    give_memory_back(s.request);
    if (s.confidential) wire::wipe(s.texts);
    s.now_in = slot::state::spare;
    spare_.push_back(&s);
}

void http2_connection::forget_request(exchange& x) noexcept {
    lock const held(mutex_);
    slot& s = slot_of(x);
    if (s.now_in == slot::state::offered || s.now_in == slot::state::refused) make_spare(s);
}

void http2_connection::add_headers(exchange& x, std::string_view lines) noexcept {
    lock const held(mutex_);
    insert_headers(x.request, lines);
}

bool http2_connection::start(exchange& x) noexcept {
    lock const held(mutex_);
    slot& s = slot_of(x);
    if (s.now_in == slot::state::withdrawn) {
        make_spare(s);
        return true;  // nobody waits for it
    }
    bool const able = !broken_ && !closed_ && session_.room() > 0;
    try {
        if (able) encode(s);
    } catch (std::bad_alloc const&) {
        s.unfit = errc::out_of_memory;
    }
    give_memory_back(s.request);
    if (s.stream == 0) {
        s.now_in = slot::state::refused;
        return false;
    }
    flush_unless_telling();
    return true;
}

// From here on it is sent, whatever happens: the peer has to read each header block to understand the next.
void http2_connection::encode(slot& s) {
    fields_.read(s.request);
    http2::request asked;
    asked.fields = fields_.fields();
    asked.body = fields_.body();
    asked.body_limit = s.body_limit;
    asked.confidential = s.confidential;
    asked.user = &s;
    s.begins_at = given_ + out_.size();
    s.stream = session_.start(asked, out_);
    if (s.stream == 0) {
        s.unfit = errc::invalid_header;
        return;
    }
    s.now_in = slot::state::under_way;
    s.heard_before = heard_;
    observed_ |= s.now != nullptr;
    secret_ |= s.confidential;
}

// What the teller's own thread starts goes out behind all that it tells; another thread may be waited for.
void http2_connection::flush_unless_telling() noexcept {
    bool const goes_with_others = teller_ == std::this_thread::get_id() && out_.size() <= held_back;
    if (!goes_with_others) flush();
}

void http2_connection::flush() noexcept {
    if (out_.empty() || writing_ || broken_) return;
    given_ += out_.size();
    error_code ec;
    stream_->write(out_, ec);
    forget_output();
    written(ec);
}

void http2_connection::written(error_code const& ec) noexcept {
    writing_ = false;
    if (!ec) {
        sent_ = given_;
        if (observed_) note_sent();
        return;
    }
    if (!would_block(ec)) return break_off(ec);
    writing_ = true;
    try {
        stream_->async_wait(readiness::write, shared_from_this());
    } catch (...) {
        break_off(errc::out_of_memory);
    }
}

void http2_connection::note_sent() noexcept {
    for (auto const& each : slots_) {
        bool const now = each->now_in == slot::state::under_way && each->begins_at < sent_ && each->now != nullptr;
        if (now && each->times.sent == decltype(each->times.sent){}) each->times.sent = each->now->now();
    }
}

void http2_connection::forget_output() noexcept {
    wire::secure_zero(out_.data(), out_.size());
    out_.clear();
}

// Ends the wait for reading, which tells the owner.
void http2_connection::break_off(error_code const& why) noexcept {
    if (broken_) return;
    broken_ = why;
    stream_->close(false);
}

// What it leads to goes out together, when all that has come was told.
class http2_connection::teller {
public:
    explicit teller(http2_connection& c) noexcept : self_(c) { self_.teller_ = std::this_thread::get_id(); }
    teller(teller const&) = delete;
    teller& operator=(teller const&) = delete;
    ~teller() {
        self_.teller_ = {};
        self_.flush();
        if (!done_) self_.interrupt();
    }
    void done() noexcept { done_ = true; }

private:
    http2_connection& self_;
    bool done_ = false;
};

void http2_connection::on_ready(readiness what, error_code ec) {
    lock held(mutex_);
    if (closed_) return;
    if (what == readiness::write) {
        if (writing_) {
            if (!ec) stream_->flush(ec);
            written(ec);
        }
        if (std::exchange(interrupted_, false)) return go_on(held);
        flush_unless_telling();
        return;
    }
    if (!broken_ && !ec) return read(held);
    teller now(*this);
    end(held, broken_ ? broken_ : ec);
    now.done();
}

void http2_connection::read(lock& held) {
    std::array<char, 16 * 1024> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): 16 KiB to fill for nothing
    struct wiper {
        http2_connection const& self;
        std::array<char, 16 * 1024>& buffer;
        ~wiper() {
            if (self.secret_) wire::secure_zero(buffer.data(), buffer.size());
        }
    } const at_the_end{*this, buffer};
    teller now(*this);
    for (unsigned turns = 0; turns < reads_at_once && !ended(); ++turns) {
        error_code ec;
        std::size_t const n = stream_->read_some(buffer, ec);
        if (would_block(ec)) break;
        if (ec) {
            end(held, ec);
            break;
        }
        ++heard_;
        session_.put({buffer.data(), n});
        tell_events(held);
        if (!stream_->has_unread()) break;
    }
    wait_for_more(held);
    now.done();
}

// All that has come was told.
void http2_connection::wait_for_more(lock& held) {
    flush();
    if (ended()) return;
    if (broken_) return end(held, broken_);
    if (!wait_for_news()) end(held, errc::out_of_memory);
}

// Behind a user's handler that has thrown.
void http2_connection::go_on(lock& held) {
    teller now(*this);
    tell_events(held);
    wait_for_more(held);
    now.done();
}

// What has come, until it is used up.
void http2_connection::tell_events(lock& held) {
    for (http2::event e; !closed_ && session_.next(e, out_);)
        tell(held, e);
    if (!closed_ && !session_.over() && !session_.takes_more()) tell_going_away(held);
}

// A user's handler throws, and what came lies in a buffer that goes: the rest is told by another turn of the loop.
void http2_connection::interrupt() noexcept {
    if (closed_) return;
    try {
        std::string rest(session_.unread());
        rest_.swap(rest);
        if (secret_) wire::wipe(rest);
        session_.put(rest_);
        interrupted_ = true;
        if (!writing_) stream_->async_wait(readiness::write, shared_from_this());
    } catch (...) {
        interrupted_ = false;
        break_off(errc::out_of_memory);
    }
}

void http2_connection::tell(lock& held, http2::event const& e) {
    switch (e.what) {
        case http2::event::kind::header: {
            auto& s = *static_cast<slot*>(e.user);
            if (s.now != nullptr) s.times.first_byte = s.now->now();
            return;
        }
        case http2::event::kind::reply:
            return tell_reply(held, *static_cast<slot*>(e.user), e);
        case http2::event::kind::failed:
            return tell_failure(held, *static_cast<slot*>(e.user), e);
        case http2::event::kind::settings:
            return tell_news(held, connection_news::capacity);
        case http2::event::kind::going_away:
            if (e.code == http2::reason::enhance_your_calm) tell_news(held, connection_news::slow_down);
            return tell_going_away(held);
        case http2::event::kind::ended:
            return tell_end(held, e);
        case http2::event::kind::pong:
            return;
    }
}

// Without the lock.
template <class Telling>
void http2_connection::unlocked(lock& held, Telling telling) {
    struct back {
        lock& held;
        ~back() { held.lock(); }
    } const afterwards{held};
    held.unlock();
    telling();
}

void http2_connection::tell_news(lock& held, connection_news what) {
    unlocked(held, [&] { owner_->on_news(*this, what); });
}

void http2_connection::tell_going_away(lock& held) {
    if (!std::exchange(retired_, true)) tell_news(held, connection_news::going_away);
}

// It is nobody's again when that is over.
template <class Telling>
void http2_connection::tell_of(lock& held, slot& s, Telling telling) {
    struct release {
        http2_connection& self;
        slot& of;
        ~release() { self.make_spare(of); }
    } const afterwards{*this, s};
    unlocked(held, telling);
}

void http2_connection::tell_reply(lock& held, slot& s, http2::event const& e) {
    set_answer(s, e.reply);
    s.replied = true;
    s.stream = 0;
    s.now_in = slot::state::told;
    tell_of(held, s, [&] { owner_->on_reply(s, s.answer); });
}

void http2_connection::tell_failure(lock& held, slot& s, http2::event const& e) {
    bool const answered = e.standing == http2::standing::answered;
    if (answered) set_answer(s, e.reply);
    s.failure = describe(s, answered);
    s.failure.code = code_of(e);
    s.failure.cause = cause_of(e);
    s.failure.unprocessed = e.standing == http2::standing::unprocessed;
    s.replied = false;
    s.stream = 0;
    s.now_in = slot::state::told;
    bool const reset = e.failure == http2::failure::reset;
    tell_of(held, s, [&] {
        if (reset && e.code == http2::reason::http_1_1_required) owner_->on_news(*this, connection_news::wants_http_1);
        if (reset && e.code == http2::reason::enhance_your_calm) owner_->on_news(*this, connection_news::slow_down);
        owner_->on_exchange_failed(s, s.failure);
    });
}

// Of those that were under way everybody was told.
void http2_connection::tell_end(lock& held, http2::event const& e) {
    error_code const why = code_of(e);
    if (!broken_) {  // by the session, which has said goodbye
        flush();
        broken_ = why;
        stream_->close(true);
    }
    unlocked(held, [&] { owner_->on_idle_closed(*this, why); });
}

void http2_connection::end(lock& held, error_code const& why) {
    if (!broken_) broken_ = why;
    stream_->close(false);
    session_.finish();
    tell_events(held);
}

error_code http2_connection::code_of(http2::event const& e) const noexcept {
    switch (e.failure) {
        case http2::failure::malformed:
            return errc::malformed_reply;
        case http2::failure::bad_status:
            return errc::bad_status;
        case http2::failure::header_too_large:
            return errc::header_too_large;
        case http2::failure::reset:
            return e.standing == http2::standing::unprocessed ? errc::stream_refused : errc::stream_reset;
        case http2::failure::going_away:
            return errc::stream_refused;
        case http2::failure::flow_control:
        case http2::failure::protocol:
            return errc::http2_error;
        case http2::failure::no_memory:
            return errc::out_of_memory;
        case http2::failure::closed:
        case http2::failure::none:
            break;
    }
    if (broken_.category() == client_category()) return broken_;
    bool const in_order = !broken_ || broken_ == boost::asio::error::eof;
    return in_order ? errc::connection_closed : errc::connection_lost;
}

// What the peer's frame said, or the system.
error_code http2_connection::cause_of(http2::event const& e) const noexcept {
    switch (e.failure) {
        case http2::failure::reset:
        case http2::failure::going_away:
        case http2::failure::flow_control:
        case http2::failure::protocol:
            return http2::code_of(e.code);
        case http2::failure::closed:
            return broken_;
        default:
            return {};
    }
}

exchange_failure http2_connection::describe(slot const& s, bool answered) const noexcept {
    exchange_failure f;
    bool const sent = s.begins_at < sent_;
    f.handed_over = sent || (s.begins_at < given_ && stream_->handed_over());
    f.got_bytes = answered;
    f.heard = heard_ != s.heard_before;
    f.phase = answered ? phase::body : sent ? phase::first_byte : phase::write;
    f.connection_ended = session_.over() || broken_;
    f.times = s.times;
    if (answered) f.head = &s.answer;
    return f;
}

void http2_connection::set_answer(slot& s, http2::reply const& r) noexcept {
    if (s.now != nullptr && s.times.first_byte == std::chrono::steady_clock::time_point{})
        s.times.first_byte = s.now->now();
    s.answer = {};
    s.answer.status = r.status;
    s.answer.request_id = r.request_id;
    s.answer.retry_after = r.retry_after;
    s.answer.date = r.date;
    s.answer.subject_token = r.subject_token;
    s.answer.body = r.body;
    s.answer.body_truncated = r.body_truncated;
    s.answer.times = s.times;
    s.answer.keep_alive = true;
}

exchange_failure http2_connection::abandon(exchange& x) noexcept {
    lock const held(mutex_);
    slot& s = slot_of(x);
    switch (s.now_in) {
        case slot::state::offered:
            give_memory_back(s.request);
            s.now_in = slot::state::withdrawn;
            return {};
        case slot::state::refused:
            make_spare(s);
            return {};
        case slot::state::under_way:
            return give_up(s);
        case slot::state::told:  // the owner gives up what it is about to hear
            return s.replied ? describe(s, true) : s.failure;
        case slot::state::withdrawn:
        case slot::state::spare:
            break;
    }
    return {};
}

// What had come of its reply lives until the session is asked for more.
exchange_failure http2_connection::give_up(slot& s) noexcept {
    http2::reply const r = session_.cancel(s.stream, out_);
    if (r.status != 0) keep_answer(s, r);
    auto failure = describe(s, r.status != 0);
    failure.handed_over = failure.handed_over || !failure.connection_ended;  // what is encoded is sent
    s.stream = 0;
    make_spare(s);
    flush_unless_telling();
    return failure;
}

// Without memory for its texts the status has to do.
void http2_connection::keep_answer(slot& s, http2::reply const& r) noexcept {
    set_answer(s, r);
    auto const texts = {&s.answer.request_id, &s.answer.retry_after, &s.answer.date, &s.answer.subject_token,
                        &s.answer.body};
    std::size_t size = 0;
    for (auto const* each : texts)
        size += each->size();
    try {
        s.texts.clear();
        s.texts.reserve(size);
    } catch (std::bad_alloc const&) {
        for (auto* each : texts)
            *each = {};
        return;
    }
    for (auto* each : texts) {
        std::size_t const at = s.texts.size();
        s.texts += *each;
        *each = std::string_view(s.texts).substr(at);
    }
}

bool http2_connection::probe() noexcept {
    lock const held(mutex_);
    if (closed_ || broken_ || session_.active() == 0) return true;
    bool const silent = heard_ == std::exchange(heard_at_probe_, heard_);
    if (silent && asked_) {
        break_off(boost::asio::error::timed_out);
        return false;
    }
    asked_ = silent;
    if (!silent) return true;
    try {
        session_.ping(ping_text, out_);
    } catch (std::bad_alloc const&) {
        asked_ = false;  // the next time
    }
    flush_unless_telling();
    return true;
}

void http2_connection::close() noexcept {
    lock const held(mutex_);
    if (std::exchange(closed_, true)) return;
    if (!broken_) {
        session_.close(out_);
        flush();
    }
    stream_->close(true);
}

void http2_connection::trim() noexcept {
    lock const held(mutex_);
    if (session_.active() > 0 || teller_ != std::thread::id() || interrupted_) return;
    session_.trim();
    fields_ = {};
    if (spare_.size() == slots_.size()) {
        spare_.clear();
        slots_.clear();
    }
    if (out_.empty()) out_ = {};
    stream_->trim();
}

}  // namespace oms::transport
