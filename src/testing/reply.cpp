// SPDX-License-Identifier: BSL-1.0
#include "testing/reply.hpp"

#include "wire/chars.hpp"

#include <boost/beast/http/status.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace oms::testing {

namespace {

std::string_view reason_of(unsigned status) {
    auto const known = boost::beast::http::int_to_status(status);
    if (known == boost::beast::http::status::unknown) return {};
    auto const reason = boost::beast::http::obsolete_reason(known);
    return {reason.data(), reason.size()};
}

}  // namespace

void reply::clear() {
    status = 200;
    headers.clear();
    body.clear();
    close = false;
}

void reply::fail(unsigned code, std::string_view error_code, std::string_view message) {
    status = code;
    boost::json::object object;
    object["error_code"] = error_code;
    object["error_msg"] = message;
    body = boost::json::serialize(object);
}

void reply::refuse(unsigned code, std::string_view error_code, std::string_view message, std::string_view request_id) {
    status = code;
    boost::json::object object;
    object["error_msg"] = message;
    object["error_code"] = error_code;
    object["request_id"] = request_id;
    body = boost::json::serialize(object);
}

field_list fields_of(reply const& r, std::string_view request_id, std::string_view date) {
    field_list made{
        {":status", std::to_string(r.status)}, {"date", std::string(date)}, {"x-request-id", std::string(request_id)}};
    if (r.status != 204) made.emplace_back("content-length", std::to_string(r.body.size()));
    bool typed = r.body.empty();
    std::string_view lines = r.headers;
    while (!lines.empty()) {
        auto const line = lines.substr(0, lines.find("\r\n"));
        lines.remove_prefix(std::min(lines.size(), line.size() + 2));
        auto const colon = line.find(':');
        std::string name(line.substr(0, colon));
        std::ranges::transform(name, name.begin(), wire::to_lower);
        typed = typed || name == "content-type";
        made.emplace_back(std::move(name), std::string(line.substr(std::min(line.size(), colon + 2))));
    }
    if (!typed) made.emplace_back("content-type", "application/json");
    return made;
}

std::size_t write_reply(reply const& r, std::string_view request_id, std::string_view date, std::string& out) {
    auto const begin = out.size();
    out.append("HTTP/1.1 ").append(std::to_string(r.status)).append(1, ' ').append(reason_of(r.status));
    out.append("\r\nDate: ").append(date);
    out.append("\r\nX-Request-Id: ").append(request_id);
    out.append("\r\n");
    if (r.status != 204) out.append("Content-Length: ").append(std::to_string(r.body.size())).append("\r\n");
    out.append(r.headers);
    if (!r.body.empty() && r.headers.find("Content-Type:") == std::string::npos) {
        out.append("Content-Type: application/json\r\n");
    }
    if (r.close) out.append("Connection: close\r\n");
    out.append("\r\n");
    auto const head = out.size() - begin;
    out.append(r.body);
    return head;
}

std::string_view date_cache::text(std::chrono::sys_seconds second) {
    static constexpr std::array weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (second == second_ && !text_.empty()) return text_;
    second_ = second;
    auto const day = std::chrono::floor<std::chrono::days>(second);
    std::chrono::year_month_day const date(day);
    std::chrono::hh_mm_ss const time(second - day);
    char text[64];
    std::snprintf(text, sizeof(text), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  weekdays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    text_ = text;
    return text_;
}

}  // namespace oms::testing
