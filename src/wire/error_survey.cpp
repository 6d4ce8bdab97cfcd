// SPDX-License-Identifier: BSL-1.0
#include "wire/error_survey.hpp"

#include <algorithm>

namespace oms::wire {
namespace {

using limits = error_body_limits;
using pick = error_survey::pick;

enum class key : std::uint8_t {
    other,
    code,  // with message, in three spellings: see `spelling`
    message,
    error,
    error_detail,
    authorization,
    details,
    request_id,
};

struct known_key {
    std::string_view name;
    wire::key key;
    std::uint8_t spelling = 0;  // the lower goes first
};

constexpr known_key known_keys[] = {
    {"error_code", key::code, 0},        {"error_msg", key::message, 0},
    {"errorCode", key::code, 1},         {"errorMsg", key::message, 1},
    {"errorMessage", key::message, 1},   {"code", key::code, 2},
    {"message", key::message, 2},        {"error", key::error},
    {"error_detail", key::error_detail}, {"encoded_authorization_message", key::authorization},
    {"details", key::details},           {"request_id", key::request_id},
};

// What one object says, and what the objects in it say.
class object_frame {
public:
    known_key at{{}, key::other};  // the member that is being read

    void set(ordinal text) noexcept {
        pick& p = own_[at.spelling];
        if (at.key == key::code) p.code = text;
        if (at.key == key::message) p.message = text;
    }

    // The objects below are asked only where this one has no answer; `error` goes before the others.
    void adopt(object_frame const& child) noexcept {
        nested& n = at.key == key::error ? in_error_ : in_others_;
        if (!n.complete.complete()) n.complete = child.complete();
        if (n.lone.code == 0) n.lone = child.lone();
    }

    pick best() const noexcept {
        pick const p = complete();
        return p.complete() ? p : lone();
    }

private:
    struct nested {
        pick complete;
        pick lone;
    };

    pick complete() const noexcept {
        for (pick const& p : own_) {
            if (p.complete()) return p;
        }
        return in_error_.complete.complete() ? in_error_.complete : in_others_.complete;
    }

    pick lone() const noexcept {
        for (pick const& p : own_) {
            if (p.code != 0) return p;
        }
        return in_error_.lone.code != 0 ? in_error_.lone : in_others_.lone;
    }

    std::array<pick, 3> own_;
    nested in_error_;
    nested in_others_;
};

class survey : public error_body_handler {
public:
    error_survey result;

    bool on_object_begin(error&) noexcept {
        if (has_current()) current().set(0);
        if (skipped_ != 0) {
            ++skipped_;
        } else if (place_ == place::details) {
            element_ = {};
            place_ = place::element;
        } else if (place_ == place::element || level_ == frames_.size()) {
            skipped_ = 1;
        } else {
            if (level_ == 0) result.is_object = true;
            frames_[level_++] = {};
        }
        return true;
    }

    bool on_object_end(std::size_t, error&) noexcept {
        if (skipped_ != 0) {
            --skipped_;
        } else if (place_ == place::element) {
            add_sub_error(element_.best());
            place_ = place::details;
        } else if (--level_ != 0) {
            top().adopt(frames_[level_]);
        } else {
            result.main = frames_[0].best();
        }
        return true;
    }

    bool on_array_begin(error&) noexcept {
        if (has_current()) {
            current().set(0);
            if (place_ == place::object && current().at.key == key::details && level_ < details_level_) {
                details_level_ = level_;
                result.sub_error_count = 0;
                place_ = place::details;
                return true;
            }
        }
        ++skipped_;
        return true;
    }

    bool on_array_end(std::size_t, error&) noexcept {
        if (skipped_ != 0) {
            --skipped_;
        } else {
            place_ = place::object;
        }
        return true;
    }

    bool on_key_part(text part, std::size_t, error&) noexcept {
        append_key(part);
        return true;
    }

    bool on_key(text part, std::size_t, error&) noexcept {
        append_key(part);
        if (skipped_ == 0) {
            std::string_view const name(key_.data(), key_size_);
            auto const known = std::ranges::find(known_keys, name, &known_key::name);
            current().at = known != std::end(known_keys) ? *known : known_key{{}, key::other};
        }
        key_size_ = 0;
        return true;
    }

    bool on_string_part(text, std::size_t, error&) noexcept { return true; }
    bool on_string(text, std::size_t size, error&) noexcept {
        ++last_;
        if (!has_current()) return true;
        object_frame& f = current();
        f.set(size != 0 ? last_ : 0);
        if (place_ == place::object && size != 0) keep_extra(f.at.key);
        return true;
    }

    bool on_number_part(text, error&) noexcept { return true; }
    bool on_int64(std::int64_t, text, error&) noexcept { return on_number(); }
    bool on_uint64(std::uint64_t, text, error&) noexcept { return on_number(); }
    bool on_double(double, text, error&) noexcept { return on_number(); }
    bool on_bool(bool, error&) noexcept { return on_nothing(); }
    bool on_null(error&) noexcept { return on_nothing(); }

private:
    enum class place : std::uint8_t { object, details, element };

    object_frame& top() noexcept { return frames_[level_ - 1]; }
    bool has_current() const noexcept {
        return skipped_ == 0 && (place_ == place::element || (place_ == place::object && level_ != 0));
    }
    object_frame& current() noexcept { return place_ == place::element ? element_ : top(); }

    void append_key(text part) noexcept {
        // One byte of room more than the longest known key, so that a longer one matches none.
        std::size_t const size = std::min(part.size(), key_.size() - key_size_);
        std::copy_n(part.data(), size, key_.data() + key_size_);
        key_size_ += size;
    }

    bool on_number() noexcept {
        ++last_;
        if (has_current()) current().set(current().at.key == key::code ? last_ : 0);
        return true;
    }

    bool on_nothing() noexcept {
        if (has_current()) current().set(0);
        return true;
    }

    // Of several, the one nearest to the top, then the first.
    void keep_extra(key which) noexcept {
        if (which == key::error_detail && level_ < detail_level_) {
            result.error_detail = last_;
            detail_level_ = level_;
        } else if (which == key::authorization && level_ < authorization_level_) {
            result.authorization = last_;
            authorization_level_ = level_;
        } else if (which == key::request_id && level_ == 1) {
            result.request_id = last_;
        }
    }

    void add_sub_error(pick p) noexcept {
        if (p.code == 0 || result.sub_error_count == result.sub_errors.size()) return;
        result.sub_errors[result.sub_error_count++] = p;
    }

    std::array<object_frame, limits::descent + 1> frames_;
    object_frame element_;  // of `details`
    std::array<char, 30> key_{};
    std::size_t key_size_ = 0;
    std::size_t level_ = 0;    // frames in use
    std::size_t skipped_ = 0;  // open containers that have nothing to say
    std::size_t details_level_ = limits::descent + 2;
    std::size_t detail_level_ = limits::descent + 2;
    std::size_t authorization_level_ = limits::descent + 2;
    ordinal last_ = 0;
    place place_ = place::object;
};

}  // namespace

error_survey survey_error_body(std::string_view body) noexcept {
    if (body.empty() || body.size() > limits::size) return {};
    boost::json::basic_parser<survey> parser(error_body_options());
    if (!walk_error_body(parser, body) || !parser.handler().result.is_object) return {};
    return parser.handler().result;
}

}  // namespace oms::wire
