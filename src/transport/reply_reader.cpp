// SPDX-License-Identifier: BSL-1.0
#include "transport/reply_reader.hpp"

#include "wire/chars.hpp"
#include "wire/digest.hpp"
#include "wire/header_lines.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>

namespace oms::transport {

namespace http = boost::beast::http;

namespace {

constexpr std::size_t scan_limit = 4096;  // what is larger is not scanned again for each piece
constexpr unsigned max_interim = 8;

}  // namespace

// Beast's parser with the few fields that matter kept, and with the framings
// refused that let two readers disagree on where a reply ends.
class reply_reader::parser final : public http::basic_parser<false> {
public:
    parser(std::size_t header_limit, std::size_t body_limit, wire::dialect d)
        : lines(d),
          header_left_(static_cast<std::uint32_t>(
              std::min<std::size_t>(header_limit, std::numeric_limits<std::uint32_t>::max()))),
          body_limit_(body_limit) {
        this->body_limit(boost::none);
        this->eager(true);
    }

    // As `put`. That one bounds what it is given at once; here lines that come one by one are bounded together.
    std::size_t take(std::string_view bytes, boost::beast::error_code& ec) {
        bool const fields = got_some() && !is_header_done();
        if (!is_header_done()) this->header_limit(header_left_);  // a newer one counts the trailer down by itself
        std::size_t const used = put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
        if (!fields || is_header_done()) return used;
        header_left_ -= static_cast<std::uint32_t>(used);
        if (ec == http::error::need_more && bytes.size() - used >= header_left_) ec = http::error::header_limit;
        return used;
    }

    void fill(reply& out) const {
        out.status = status_;
        out.request_id = text_of(request_id_);
        out.retry_after = text_of(retry_after_);
        out.date = text_of(date_);
        out.subject_token = text_of(subject_token_);
        out.body = body_;
        out.body_truncated = truncated();
        out.keep_alive = is_done() && keep_alive() && !lines.mended();
        out.keep_alive_timeout = keep_alive_timeout_;
    }
    unsigned status() const noexcept { return status_; }
    void wipe() noexcept {
        wire::wipe(ready);
        if (subject_token_) wire::wipe(*subject_token_);
        wire::wipe(body_);
    }
    bool truncated() const noexcept { return dropped_ > 0; }
    // Whether the rest of the body is worth reading.
    bool drains() const {
        return keep_alive() && dropped_ <= drain_limit && length_ - std::min(length_, body_limit_) <= drain_limit;
    }
    // Whether chunks are still to come.
    bool in_chunks() const noexcept { return is_header_done() && chunked() && !last_chunk_; }
    // Whether what is read next is a line of the body's framing.
    bool at_chunk_line() const noexcept { return is_header_done() && chunked() && chunk_left_ == 0; }
    std::uint64_t chunk_left() const noexcept { return chunk_left_; }
    // The header came whole and is well formed, be the body as it may.
    bool header_is_good() const noexcept { return header_is_good_; }

    wire::header_lines lines;
    bool lines_done = false;  // what comes now is read as it is
    std::string ready;        // for the parser, and not read by it yet

private:
    using string_view = boost::beast::string_view;
    using code_type = boost::beast::error_code;

    void on_request_impl(http::verb, string_view, string_view, int, code_type&) override {}

    void on_response_impl(int status, string_view, int version, code_type&) override {
        status_ = static_cast<unsigned>(status);
        version_ = version;
    }

    void on_field_impl(http::field name, string_view text, string_view value, code_type& ec) override {
        if (is_header_done()) return;  // of a trailer
        switch (name) {
            case http::field::content_length:
                // Beast takes a list of equal lengths, too; a list is one length too many.
                if (has_length_ || has_coding_ || value.find(',') != string_view::npos) {
                    ec = http::error::bad_content_length;
                }
                has_length_ = true;
                break;
            case http::field::transfer_encoding:
                // Another coding would leave open where the body ends, as this one does in HTTP/1.0.
                if (has_length_ || has_coding_ || version_ < 11 || !boost::beast::iequals(value, "chunked")) {
                    ec = http::error::bad_transfer_encoding;
                }
                has_coding_ = true;
                break;
            case http::field::retry_after:
                keep_first(retry_after_, value);
                break;
            case http::field::date:
                keep_first(date_, value);
                break;
            case http::field::keep_alive:
                keep_alive_timeout_ = wire::parse_keep_alive_timeout({value.data(), value.size()});
                break;
            case http::field::unknown:
                if (boost::beast::iequals(text, "x-request-id")) keep_first(request_id_, value);
                if (boost::beast::iequals(text, "x-subject-token")) keep_first(subject_token_, value);
                break;
            default:
                break;
        }
    }

    static std::string_view text_of(std::optional<std::string> const& kept) noexcept {
        return kept ? std::string_view(*kept) : std::string_view();
    }

    // Of several the first counts, as on the fast path.
    static void keep_first(std::optional<std::string>& kept, string_view value) {
        if (!kept) kept.emplace(value.data(), value.size());
    }

    void on_header_impl(code_type&) override { header_is_good_ = true; }
    void on_body_init_impl(boost::optional<std::uint64_t> const& length, code_type&) override {
        length_ = length.value_or(0);
    }

    std::size_t on_body_impl(string_view body, code_type&) override { return keep(body); }
    void on_chunk_header_impl(std::uint64_t size, string_view extension, code_type& ec) override {
        chunk_left_ = size;
        last_chunk_ = size == 0;
        // Between quotes the parser takes everything, ends of lines as well.
        if (!wire::all_text({extension.data(), extension.size()})) ec = http::error::bad_chunk_extension;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, code_type&) override {
        chunk_left_ -= body.size();
        return keep(body);
    }
    void on_finish_impl(code_type&) override {}

    std::size_t keep(string_view body) {
        auto const kept = static_cast<std::size_t>(std::min<std::uint64_t>(body.size(), body_limit_ - body_.size()));
        dropped_ += body.size() - kept;
        wire::reserve_wiped(body_, body_.size() + kept);
        body_.append(body.data(), kept);
        return body.size();
    }

    std::uint32_t header_left_;  // behind the status line
    std::uint64_t const body_limit_;
    unsigned status_ = 0;
    int version_ = 0;
    bool header_is_good_ = false;
    bool has_length_ = false;
    bool has_coding_ = false;
    std::uint64_t length_ = 0;   // as the header says
    std::uint64_t dropped_ = 0;  // of the body
    std::uint64_t chunk_left_ = 0;
    bool last_chunk_ = false;  // its header has come; newer parsers take what follows it by itself
    std::optional<std::string> request_id_;
    std::optional<std::string> retry_after_;
    std::optional<std::string> date_;
    std::optional<std::string> subject_token_;
    std::string body_;
    std::optional<std::chrono::seconds> keep_alive_timeout_;
};

reply_reader::reply_reader() noexcept = default;
reply_reader::~reply_reader() {
    wipe();
}

void reply_reader::wipe() noexcept {
    if (!confidential_) return;
    wire::wipe(buffer_);
    if (parser_) parser_->wipe();
}

void reply_reader::start(std::size_t header_limit, std::size_t body_limit, bool confidential, bool lenient) noexcept {
    wipe();
    lenient_ = lenient;
    header_limit_ = header_limit;
    body_limit_ = body_limit;
    confidential_ = confidential;
    got_bytes_ = false;
    interim_ = 0;
    reply_ = {};
    buffer_ = {};
    parser_.reset();
}

bool reply_reader::cut() const noexcept {
    return parser_ && parser_->truncated();
}

bool reply_reader::salvage() noexcept {
    if (reply_.status != 0) return true;
    try {
        if (!parser_ && !buffer_.empty()) {
            make_parser();
            error_code ignored;
            parse(ignored);
        }
    } catch (std::bad_alloc const&) {
        return false;
    }
    if (!parser_ || !parser_->header_is_good() || parser_->status() < 200) return false;
    parser_->fill(reply_);
    reply_.keep_alive = false;
    return true;
}

reply_reader::progress reply_reader::put(std::string_view bytes, error_code& ec) noexcept {
    got_bytes_ = got_bytes_ || !bytes.empty();
    ec.clear();
    try {
        if (!parser_) {
            if (buffer_.empty() && scan(bytes) == progress::done) return progress::done;
            append(buffer_, bytes);
            if (!parser_ && buffer_.size() != bytes.size() && scan(buffer_) == progress::done) {
                return progress::done;
            }
            if (!parser_ && buffer_.size() < std::min({scan_limit, header_limit_, body_limit_})) return progress::more;
            if (!parser_) make_parser();
        } else {
            append(parser_->lines_done ? parser_->ready : buffer_, bytes);
        }
        return parse(ec);
    } catch (std::bad_alloc const&) {
        ec = boost::system::errc::make_error_code(boost::system::errc::not_enough_memory);
        return progress::failed;
    }
}

// The fast path. `more`: not yet, or not this way (then there is a parser).
reply_reader::progress reply_reader::scan(std::string_view bytes) {
    wire::reply_head head;
    switch (confidential_ ? wire::scan_reply(bytes, head) : scanner_.scan(bytes, head)) {
        case wire::scan_result::incomplete:
            return progress::more;
        case wire::scan_result::other:
            make_parser();
            return progress::more;
        case wire::scan_result::complete:
            break;
    }
    if (head.status < 200 || head.header_size > header_limit_ || head.content_length > body_limit_) {
        make_parser();
        return progress::more;
    }
    std::size_t const size = head.header_size + head.content_length;
    reply_.status = head.status;
    reply_.request_id = head.request_id;
    reply_.retry_after = head.retry_after;
    reply_.date = head.date;
    reply_.subject_token = head.subject_token;
    reply_.body = bytes.substr(head.header_size, head.content_length);
    // Bytes beyond the reply answer nothing: this connection is out of step.
    reply_.keep_alive = head.keep_alive && bytes.size() == size;
    reply_.keep_alive_timeout = head.keep_alive_timeout;
    return progress::done;
}

void reply_reader::append(std::string& to, std::string_view bytes) const {
    if (confidential_) wire::reserve_wiped(to, to.size() + bytes.size());
    to.append(bytes);
}
void reply_reader::make_parser() {
    if (parser_ && confidential_) parser_->wipe();
    parser_ =
        std::make_unique<parser>(header_limit_, body_limit_, lenient_ ? wire::dialect::lenient : wire::dialect::strict);
}

// Hands on to the parser what has come.
reply_reader::progress reply_reader::prepare(error_code& ec) {
    parser& p = *parser_;
    if (p.lines_done) return progress::more;
    if (confidential_) wire::reserve_wiped(p.ready, p.ready.size() + 2 * buffer_.size() + 1);  // lines may be mended
    switch (p.lines.take(buffer_, p.ready)) {
        case wire::header_lines::result::more:
            break;
        case wire::header_lines::result::whole:
            p.lines_done = true;
            append(p.ready, buffer_);
            if (confidential_) wire::wipe(buffer_);
            buffer_.clear();
            return progress::more;
        case wire::header_lines::result::malformed:
            ec = errc::malformed_reply;
            return progress::failed;
        case wire::header_lines::result::bad_status:
            ec = errc::bad_status;
            return progress::failed;
    }
    if (buffer_.size() <= header_limit_) return progress::more;
    ec = errc::header_too_large;
    return progress::failed;
}

// Nothing that comes behind a body that is cut undoes it.
reply_reader::progress reply_reader::fail(errc why, error_code& ec) {
    if (cut()) {
        parser_->fill(reply_);
        reply_.keep_alive = false;
        return progress::done;
    }
    ec = why;
    return progress::failed;
}

reply_reader::progress reply_reader::parse(error_code& ec) {
    for (;;) {
        if (prepare(ec) == progress::failed) return progress::failed;
        std::string& unread = parser_->ready;
        if (unread.empty()) return progress::more;
        // The status line by itself, so that the limit is of the same lines however they come.
        std::size_t given = parser_->got_some() ? unread.size() : unread.find('\n') + 1;
        // The parser takes for granted that a chunk's header comes with what follows it.
        if (parser_->in_chunks() && given < 5) {
            if (parser_->at_chunk_line()) {
                return wire::hopeless_chunk(unread) ? fail(errc::malformed_reply, ec) : progress::more;
            }
            given = static_cast<std::size_t>(std::min<std::uint64_t>(given, parser_->chunk_left()));
        }
        boost::beast::error_code parse_ec;
        std::size_t const used = parser_->take(std::string_view(unread).substr(0, given), parse_ec);
        unread.erase(0, used);
        bool more = parse_ec == http::error::need_more || (!parse_ec && !parser_->is_done());
        if (more && parser_->at_chunk_line() && wire::hopeless_chunk(unread)) {
            parse_ec = http::error::bad_chunk;
            more = false;
        }
        if (parser_->truncated()) {  // the reply can be told; the rest of it matters to the connection alone
            parser_->fill(reply_);
            if (!parser_->drains() || (parse_ec && !more)) {
                reply_.keep_alive = false;
                return progress::done;
            }
        }
        if (more && !unread.empty() && used > 0) continue;
        // What is kept unread is a part of a line. The parser bounds those of the header, and not those of chunks.
        if (more && unread.size() > header_limit_) return fail(errc::header_too_large, ec);
        if (more) return progress::more;
        if (parse_ec) {
            ec = parse_ec == http::error::header_limit ? errc::header_too_large : errc::malformed_reply;
            return progress::failed;
        }
        if (parser_->status() >= 200) break;
        // An interim reply: the one that counts follows. Nothing was upgraded.
        if (parser_->status() == 101 || ++interim_ > max_interim) {
            ec = errc::malformed_reply;
            return progress::failed;
        }
        if (confidential_) wire::reserve_wiped(buffer_, buffer_.size() + unread.size());
        buffer_.insert(0, unread);
        make_parser();
        if (buffer_.empty()) return progress::more;
    }
    parser_->fill(reply_);
    if (!parser_->ready.empty() || !buffer_.empty()) reply_.keep_alive = false;
    return progress::done;
}

reply_reader::progress reply_reader::finish(error_code& ec) noexcept {
    ec = errc::connection_closed;
    if (!parser_ || !parser_->got_some()) return progress::failed;
    if (cut()) {
        ec.clear();
        return progress::done;
    }
    boost::beast::error_code parse_ec;
    parser_->put_eof(parse_ec);
    bool const done = !parse_ec && parser_->is_done();
    if (!done) return progress::failed;
    ec.clear();
    parser_->fill(reply_);
    reply_.keep_alive = false;
    return progress::done;
}

}  // namespace oms::transport
