// SPDX-License-Identifier: BSL-1.0
#include "wire/error_body.hpp"

#include "wire/error_survey.hpp"
#include "wire/escape.hpp"

#include <algorithm>
#include <new>

// Two passes over the body, without a tree: the first finds which of the
// body's texts are wanted, the second copies those. So memory is bounded
// whatever the body is, and a code is found also where none is left.

namespace oms::wire {
namespace {

using limits = error_body_limits;

class collector : public error_body_handler {
public:
    collector(error_survey const& wanted, error_body& out) noexcept : wanted_(wanted), out_(out) { find(); }

    bool on_object_begin(error&) noexcept { return true; }
    bool on_object_end(std::size_t, error&) noexcept { return true; }
    bool on_array_begin(error&) noexcept { return true; }
    bool on_array_end(std::size_t, error&) noexcept { return true; }
    bool on_key_part(text, std::size_t, error&) noexcept { return true; }
    bool on_key(text, std::size_t, error&) noexcept { return true; }
    bool on_bool(bool, error&) noexcept { return true; }
    bool on_null(error&) noexcept { return true; }

    bool on_string_part(text part, std::size_t, error&) noexcept { return append(part); }
    bool on_string(text part, std::size_t, error&) noexcept { return finish(part); }
    bool on_number_part(text part, error&) noexcept { return append(part); }
    bool on_int64(std::int64_t, text part, error&) noexcept { return finish(part); }
    bool on_uint64(std::uint64_t, text part, error&) noexcept { return finish(part); }
    bool on_double(double, text part, error&) noexcept { return finish(part); }

private:
    // So much more than the limit is kept until the end, that it cuts no character.
    static constexpr std::size_t longest_character = 4;

    // Finds where the next text goes, if anywhere.
    void find() noexcept {
        target_ = nullptr;
        want(wanted_.main.code, out_.code, limits::code);
        want(wanted_.main.message, out_.message, limits::message);
        want(wanted_.error_detail, out_.error_detail, limits::message);
        want(wanted_.authorization, out_.encoded_authorization_message, limits::authorization);
        want(wanted_.request_id, out_.request_id, limits::code);
        for (std::size_t i = 0; i < out_.sub_errors.size(); ++i) {
            want(wanted_.sub_errors[i].code, out_.sub_errors[i].service_code, limits::code);
            want(wanted_.sub_errors[i].message, out_.sub_errors[i].service_message, limits::message);
        }
    }

    void want(ordinal which, std::string& target, std::size_t limit) noexcept {
        if (which != next_) return;
        target_ = &target;
        limit_ = limit;
    }

    bool append(text part) noexcept {
        if (!target_) return true;
        try {
            target_->append(part.data(), std::min(part.size(), limit_ + longest_character - target_->size()));
        } catch (std::bad_alloc const&) {
            drop();
        }
        return true;
    }

    bool finish(text part) noexcept {
        append(part);
        if (target_) {
            try {
                *target_ = escaped(*target_, limit_);
            } catch (std::bad_alloc const&) {
                drop();
            }
        }
        ++next_;
        find();
        return true;
    }

    // None of it: a part of a code could be another code.
    void drop() noexcept {
        target_->clear();
        target_ = nullptr;
    }

    error_survey const& wanted_;
    error_body& out_;
    ordinal next_ = 1;
    std::string* target_ = nullptr;
    std::size_t limit_ = 0;
};

}  // namespace

error_body parse_error_body(std::string_view body) noexcept {
    error_body out;
    error_survey const found = survey_error_body(body);
    if (!found.is_object) return out;
    try {
        out.sub_errors.resize(found.sub_error_count);
    } catch (std::bad_alloc const&) {
        out.sub_errors.clear();
    }
    boost::json::basic_parser<collector> parser(error_body_options(), found, out);
    walk_error_body(parser, body);
    return out;
}

}  // namespace oms::wire
