// SPDX-License-Identifier: BSL-1.0
#include <oms/error.hpp>

#include "error/error_table.hpp"
#include "wire/chars.hpp"
#include "wire/escape.hpp"

#include <chrono>
#include <cstdio>
#include <memory>
#include <sstream>
#include <utility>

namespace oms {
namespace {

constexpr std::size_t quoted_words = 240;

// "250 ms", "1.2 s", "90 s": as exact as an operator reads it.
std::string in_words(duration time) {
    char text[32];
    auto const ms = static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
    if (ms < 1000) {
        std::snprintf(text, sizeof text, "%.0f ms", ms);
    } else if (ms < 9950) {
        std::snprintf(text, sizeof text, "%.1f s", ms / 1000);
    } else {
        std::snprintf(text, sizeof text, "%.0f s", ms / 1000);
    }
    return text;
}

// The words, shortened and in one line.
std::string in_quotes(std::string_view words) {
    std::string text = wire::escaped(words, quoted_words);
    if (words.size() > quoted_words) text += "...";
    return text;
}

// Whether the words stand in the text, and are no part of a longer word there.
bool stands_in(std::string_view text, std::string_view words) noexcept {
    auto const inside_word = [&](std::size_t at) { return at < text.size() && wire::is_token(text[at]); };
    for (auto at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) {
        if (!inside_word(at - 1) && !inside_word(at + words.size())) return true;
    }
    return false;
}

// A part of the sentence, unless what it says stands there already.
void say(std::string& text, std::string_view before, std::string_view words, std::string_view behind = {}) {
    std::string const said = in_quotes(words);
    if (said.empty() || stands_in(text, said)) return;
    text.append(before).append(said).append(behind);
}

// What a call was doing when its time was up; null for codes that are no time-outs.
char const* doing(error_code const& code) noexcept {
    if (code.category() != client_category()) return nullptr;
    switch (static_cast<errc>(code.value())) {
        case errc::queue_timeout:
            return "queued for a connection";
        case errc::credentials_timeout:
            return "waiting for a credential";
        case errc::resolve_timeout:
            return "looking up the host name";
        case errc::connect_timeout:
            return "connecting";
        case errc::proxy_timeout:
            return "waiting for the proxy's tunnel";
        case errc::handshake_timeout:
            return "in the TLS handshake";
        case errc::write_timeout:
            return "sending the request";
        case errc::first_byte_timeout:
            return "waiting for the reply";
        case errc::body_timeout:
            return "receiving the reply";
        case errc::backoff_timeout:
            return "waiting to repeat the call";
        default:
            return nullptr;
    }
}

std::string headline(error_code const& code, stop_result const& result) {
    if (!code) return "Succeeded";
    char const* const what = doing(code);
    if (!what) return code.message();
    return "Timed out after " + in_words(result.elapsed) + ' ' + what;
}

// "last answer 429 APIGW.0308 (throttled)"
void append_answer(std::string& text, error_code const& code, stop_result const& result) {
    if (result.http_status == 0) return;
    bool const decided = detail::speaks_of_reply(code);
    // The status alone is what was said first.
    if (code.category() == http_category() && result.service_code.empty()) return;
    text.append(decided ? "; answer " : "; last answer ").append(std::to_string(result.http_status));
    if (!result.service_code.empty()) text.append(1, ' ').append(in_quotes(result.service_code));
    error_code const& reply = decided ? code : result.cause;
    if (!detail::speaks_of_reply(reply)) return;
    auto const main = reply.default_error_condition();
    if (main.category() == condition_category()) text.append(" (").append(main.message()).append(1, ')');
}

void append_words(std::string& text, error_code const& code, stop_result const& result) {
    if (result.cause && result.cause != code && !detail::speaks_of_reply(result.cause)) {
        say(text, "; ", result.cause.message());
    }
    say(text, "; ", result.details().connection);
    bool const answered = result.http_status != 0;
    say(text, answered ? "; it said \"" : "; ", result.service_message, answered ? "\"" : "");
    say(text, "; detail \"", result.details().error_detail, "\"");
    if (result.confirmed) text.append("; a look at it read \"").append(in_quotes(result.final_status)).append(1, '"');
}

void append_times(std::string& text, stop_result const& result) {
    if (result.attempts > 1) text.append("; ").append(std::to_string(result.attempts)).append(" attempts");
    char const* separator = "; ";
    auto const add = [&](duration time, char const* on) {
        if (time < std::chrono::milliseconds(1)) return;
        text.append(separator).append(in_words(time)).append(1, ' ').append(on);
        separator = ", ";
    };
    add(result.spent.queued, "queued");
    add(result.spent.credentials, "waiting for credentials");
    add(result.spent.connect, "connecting");
    add(result.spent.exchange, "exchanging");
    add(result.spent.backoff, "backing off");
}

std::string_view in_words(outcome value) noexcept {
    switch (value) {
        case outcome::not_sent:
            return "nothing was sent";
        case outcome::refused:
            return "refused";
        case outcome::unknown:
            return "outcome unknown";
        case outcome::stopped:
            return "stopped";
        case outcome::already_stopped:
            return "already stopped";
        case outcome::started:
            return "started";
        case outcome::already_started:
            return "already started";
    }
    return to_string(value);
}

}  // namespace

std::string describe_failure(error_code code, stop_result const& result, task_ref const& task) {
    std::string text = headline(code, result);
    append_answer(text, code, result);
    append_words(text, code, result);
    append_times(text, result);
    if (!result.request_id.empty()) text.append("; request id ").append(in_quotes(result.request_id));
    text.append("; ").append(in_words(result.outcome));
    if (!task.project_id.empty() || !task.task_id.empty()) {
        std::ostringstream name;
        name << task;
        text.append("; task ").append(in_quotes(name.str()));
    }
    return text;
}

struct error_with_details::state {
    stop_result result;
    task_ref task;
    std::string what;
};

error_with_details::error_with_details(error_code code, stop_result result, task_ref task)
    : boost::system::system_error(code) {
    std::string what = describe_failure(code, result, task);
    state_ = std::make_shared<state const>(state{std::move(result), std::move(task), std::move(what)});
}

error_with_details::~error_with_details() = default;

char const* error_with_details::what() const noexcept {
    return state_->what.c_str();
}

stop_result const& error_with_details::result() const noexcept {
    return state_->result;
}

task_ref const& error_with_details::task() const noexcept {
    return state_->task;
}

}  // namespace oms
