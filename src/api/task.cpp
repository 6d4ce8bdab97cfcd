// SPDX-License-Identifier: BSL-1.0
#include <oms/task.hpp>

#include "wire/escape.hpp"
#include "wire/validate.hpp"

#include <charconv>
#include <ostream>
#include <utility>

namespace oms {

task_ref::task_ref() noexcept = default;

task_ref::task_ref(std::string project, std::string task, task_kind which, std::string where) noexcept
    : project_id(std::move(project)), task_id(std::move(task)), kind(which), region(std::move(where)) {}

task_ref sync_task(std::string project_id, std::string task_id, std::string region) noexcept {
    return {std::move(project_id), std::move(task_id), task_kind::sync_task, std::move(region)};
}

task_ref migration_task(std::string project_id, std::string task_id, std::string region) noexcept {
    return {std::move(project_id), std::move(task_id), task_kind::migration_task, std::move(region)};
}

task_ref task_group(std::string project_id, std::string task_id, std::string region) noexcept {
    return {std::move(project_id), std::move(task_id), task_kind::task_group, std::move(region)};
}

std::string_view to_string(task_kind kind) noexcept {
    switch (kind) {
        case task_kind::sync_task:
            return "sync task";
        case task_kind::migration_task:
            return "migration task";
        case task_kind::task_group:
            return "task group";
    }
    return "invalid";
}

std::string_view to_string(outcome value) noexcept {
    switch (value) {
        case outcome::not_sent:
            return "not_sent";
        case outcome::refused:
            return "refused";
        case outcome::unknown:
            return "unknown";
        case outcome::stopped:
            return "stopped";
        case outcome::already_stopped:
            return "already_stopped";
        case outcome::started:
            return "started";
        case outcome::already_started:
            return "already_started";
    }
    return "invalid";
}

std::string_view to_string(phase value) noexcept {
    switch (value) {
        case phase::queued:
            return "queued";
        case phase::credentials:
            return "credentials";
        case phase::resolve:
            return "resolve";
        case phase::connect:
            return "connect";
        case phase::proxy:
            return "proxy";
        case phase::handshake:
            return "handshake";
        case phase::write:
            return "write";
        case phase::first_byte:
            return "first_byte";
        case phase::body:
            return "body";
        case phase::backoff:
            return "backoff";
        case phase::done:
            return "done";
    }
    return "invalid";
}

namespace {

// What `append_escaped` made of bytes that are no UTF-8. Other escapes stand for what no id holds, and so does a
// backslash.
std::optional<std::string> unescaped(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\') {
            result += text[at];
            continue;
        }
        unsigned byte = 0;
        auto const* const digits = text.data() + at + 2;
        if (text.size() - at < 4 || text[at + 1] != 'x' ||
            std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2)
            return std::nullopt;
        result += static_cast<char>(byte);
        at += 3;
    }
    return result;
}

}  // namespace

std::optional<task_ref> task_ref::parse(std::string_view text) {
    task_ref task;
    for (task_kind const kind : {task_kind::migration_task, task_kind::task_group}) {
        std::string const behind = std::string(" (").append(to_string(kind)) + ')';
        if (!text.ends_with(behind)) continue;
        task.kind = kind;
        text.remove_suffix(behind.size());
        break;
    }
    auto const last = text.rfind('/');
    if (last == std::string_view::npos) return std::nullopt;
    auto const first = text.substr(0, last).rfind('/');
    bool const has_region = first != std::string_view::npos;
    auto region = unescaped(has_region ? text.substr(0, first) : std::string_view());
    auto project = unescaped(text.substr(has_region ? first + 1 : 0, last - (has_region ? first + 1 : 0)));
    auto id = unescaped(text.substr(last + 1));
    if (!region || !project || !id) return std::nullopt;
    bool const could_be = wire::project_id_form(*project) != wire::id_form::invalid &&
                          wire::task_id_form(task.kind, *id) != wire::id_form::invalid &&
                          (!has_region || wire::project_id_form(*region) != wire::id_form::invalid);
    if (!could_be) return std::nullopt;
    task.region = std::move(*region);
    task.project_id = std::move(*project);
    task.task_id = std::move(*id);
    return task;
}

std::ostream& operator<<(std::ostream& os, task_kind kind) {
    return os << to_string(kind);
}

std::ostream& operator<<(std::ostream& os, task_ref const& task) {
    std::string text;
    if (!task.region.empty()) {
        wire::append_escaped(text, task.region);
        text += '/';
    }
    wire::append_escaped(text, task.project_id);
    text += '/';
    wire::append_escaped(text, task.task_id);
    if (task.kind != task_kind::sync_task) text.append(" (").append(to_string(task.kind)).append(1, ')');
    return os << text;
}

std::ostream& operator<<(std::ostream& os, outcome value) {
    return os << to_string(value);
}

std::ostream& operator<<(std::ostream& os, phase value) {
    return os << to_string(value);
}

sub_error::sub_error() noexcept = default;

sub_error::sub_error(std::string code, std::string message) noexcept
    : service_code(std::move(code)), service_message(std::move(message)) {}

error_details::error_details() = default;

time_spent::time_spent() noexcept = default;

stop_result::stop_result() noexcept = default;
stop_result::stop_result(stop_result&&) noexcept = default;
stop_result& stop_result::operator=(stop_result&&) noexcept = default;
stop_result::~stop_result() = default;

stop_result::stop_result(stop_result const& other)
    : outcome(other.outcome),
      phase(other.phase),
      confirmed(other.confirmed),
      http_status(other.http_status),
      attempts(other.attempts),
      request_id(other.request_id),
      service_code(other.service_code),
      service_message(other.service_message),
      final_status(other.final_status),
      cause(other.cause),
      elapsed(other.elapsed),
      spent(other.spent),
      details_(other.details_ ? std::make_unique<error_details>(*other.details_) : nullptr) {}

stop_result& stop_result::operator=(stop_result const& other) {
    return *this = stop_result(other);
}

error_details const& stop_result::details() const noexcept {
    static error_details const none;
    return details_ ? *details_ : none;
}

error_details& stop_result::mutable_details() {
    if (!details_) details_ = std::make_unique<error_details>();
    return *details_;
}

}  // namespace oms
