// SPDX-License-Identifier: BSL-1.0
#include "wire/header_lines.hpp"

#include "wire/chars.hpp"

#include <algorithm>

namespace oms::wire {

namespace {

constexpr std::string_view version = "HTTP/1.";
constexpr std::size_t code_at = version.size() + 2;  // behind the minor version and a blank
constexpr unsigned lowest = 100;
constexpr unsigned highest = 599;

// Of a whole status line, or of what has come of one.
bool begins_like_reply(std::string_view line) noexcept {
    return line.substr(0, version.size()) == version.substr(0, line.size());
}

// A blank may not hide what tells where the reply ends.
bool frames(std::string_view name) noexcept {
    return iequals(name, "content-length") || iequals(name, "transfer-encoding") || iequals(name, "connection") ||
           iequals(name, "proxy-connection");
}

// The line without its end; `clean`: that is CRLF.
std::string_view without_end(std::string_view line, bool& clean) noexcept {
    clean = line.ends_with("\r\n");
    return line.substr(0, line.size() - (clean ? 2 : 1));
}

}  // namespace

header_lines::result header_lines::take(std::string& raw, std::string& out) {
    std::string_view rest = raw;
    result got = result::more;
    while (got == result::more) {
        auto const end = rest.find('\n', looked_at_);
        if (end == std::string_view::npos) {
            looked_at_ = rest.size();
            if (status_ == 0 && !begins_like_reply(rest)) got = result::malformed;
            break;
        }
        looked_at_ = 0;
        std::string_view const line = rest.substr(0, end + 1);
        rest.remove_prefix(line.size());
        bool const first = status_ == 0;
        bool clean = true;
        if (!(first ? status_line(line, out) : field_line(line, out))) {
            got = bad_status_ ? result::bad_status : result::malformed;
        } else if (first ? dialect_ == dialect::strict : without_end(line, clean).empty()) {
            got = result::whole;
        }
    }
    raw.erase(0, raw.size() - rest.size());
    return got;
}

bool header_lines::status_line(std::string_view line, std::string& out) {
    bool clean = true;
    std::string_view const text = without_end(line, clean);
    if (!begins_like_reply(text)) return false;
    if (text.size() < code_at || !is_digit(text[code_at - 2]) || text[code_at - 1] != ' ') return false;
    std::string_view const behind = text.substr(code_at);
    auto const code_end = std::find_if_not(behind.begin(), behind.end(), is_digit);
    std::string_view const code = behind.substr(0, static_cast<std::size_t>(code_end - behind.begin()));
    std::string_view const reason = behind.substr(code.size());
    if (code.empty() || !(reason.empty() || reason.front() == ' ') || !all_text(reason)) return false;
    for (char c : code)
        status_ = std::min(status_ * 10 + static_cast<unsigned>(c - '0'), highest + 1);
    bad_status_ = code.size() != 3 || status_ < lowest || status_ > highest;
    if (bad_status_ || (!clean && dialect_ == dialect::strict)) return false;
    mended_ = !clean;
    out.append(text).append(reason.empty() ? " " : "").append("\r\n");
    return true;
}

bool header_lines::field_line(std::string_view line, std::string& out) {
    bool clean = true;
    std::string_view const text = without_end(line, clean);
    if (!clean) mended_ = true;
    if (!text.empty()) {
        auto const colon = text.find(':');
        if (colon == std::string_view::npos) return false;
        std::string_view name = text.substr(0, colon);
        while (name.ends_with(' ') || name.ends_with('\t'))
            name.remove_suffix(1);
        bool const blank = name.size() != colon;
        std::string_view const value = text.substr(colon);
        if (name.empty() || !std::all_of(name.begin(), name.end(), is_token) || !all_text(value)) return false;
        if (blank && frames(name)) return false;
        if (blank) mended_ = true;
        out.append(name).append(value);
    }
    out.append("\r\n");
    return true;
}

bool hopeless_chunk(std::string_view unread) noexcept {
    for (auto at = unread.find('\n'); at != std::string_view::npos; at = unread.find('\n', at + 1)) {
        if (at == 0 || unread[at - 1] != '\r') return true;
    }
    if (unread.starts_with("\r\n")) unread.remove_prefix(2);  // the end of the chunk before
    std::string_view const line = unread.substr(0, unread.find("\r\n"));
    auto const size_end = line.find_first_not_of("0123456789abcdefABCDEF \t");
    bool const extended = line.size() < unread.size() && size_end != std::string_view::npos && line[size_end] == ';';
    bool open = false;
    for (std::size_t at = extended ? size_end : line.size(); at < line.size(); ++at) {
        if (open && line[at] == '\\') {
            ++at;
        } else if (line[at] == '"') {
            open = !open;
        }
    }
    return open;
}

}  // namespace oms::wire
