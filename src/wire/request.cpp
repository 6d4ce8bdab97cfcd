// SPDX-License-Identifier: BSL-1.0
#include "wire/request.hpp"

#include "wire/signature.hpp"

#include <cstddef>

namespace oms::wire {

namespace {

// More than the words of a request line and of the last lines.
constexpr std::size_t words_size = 192;

constexpr std::string_view token_name = "X-Auth-Token: ";

}  // namespace

request_template::request_template(authority const& to, std::string_view user_agent) : host_(to.host_header) {
    reading_ = " HTTP/1.1\r\n";
    append_header(reading_, "Host", host_);
    append_header(reading_, "User-Agent", user_agent);
    acting_ = reading_;
    append_header(acting_, "Content-Type", "application/json");
    append_header(acting_, "Content-Length", "0");
    reading_ += token_name;
    acting_ += token_name;
}

void request_template::append(std::string& out, request_head const& head) const {
    bool const says_nothing_of_a_body = head.line.verb == method::get || !head.body.empty();
    std::string_view fixed = says_nothing_of_a_body ? reading_ : acting_;
    // At the greatest that it can become: growing would leave copies of the token behind.
    std::size_t size = words_size + 3 * (head.task.project_id.size() + head.task.task_id.size()) + head.query.size() +
                       fixed.size() + head.token.size() + head.extra.size() + head.body.size();
    if (head.keys != nullptr) size += head.keys->headers_size() + head.task.project_id.size();
    out.reserve(out.size() + size);

    out += line_start(head.line.verb);
    std::size_t const path_at = out.size();
    append_target(out, head.line, head.task, head.plain_ids);
    std::size_t const path_size = out.size() - path_at;
    if (!head.query.empty()) {
        out += '?';
        out += head.query;
    }
    if (head.token.empty()) {
        out += fixed.substr(0, fixed.size() - token_name.size());
    } else {
        out += fixed;
        out += head.token;
        out += "\r\n";
    }
    if (!head.body.empty()) {
        append_header(out, "Content-Type", "application/json");
        append_header(out, "Content-Length", std::to_string(head.body.size()));
    }
    if (head.keys != nullptr) {
        std::string_view const path = std::string_view(out).substr(path_at, path_size);
        head.keys->append_headers(
            out, {to_string(head.line.verb), path, head.query, host_, head.task.project_id, head.body}, head.time);
    }
    if (!head.extra.empty()) out += head.extra;
    out += "\r\n";
    out += head.body;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

}  // namespace oms::wire
