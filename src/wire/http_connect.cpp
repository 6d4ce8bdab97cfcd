// SPDX-License-Identifier: BSL-1.0
#include "wire/http_connect.hpp"

#include <initializer_list>
#include <utility>

namespace oms::wire {

namespace {

constexpr std::size_t header_limit = 16 * 1024;

// Made in one piece: text that grows leaves copies of the credential behind.
secret make_request(std::string_view target, std::string_view user_agent, std::string_view credential) {
    std::initializer_list<std::string_view> const parts{
        "CONNECT ",
        target,
        " HTTP/1.1\r\nHost: ",
        target,
        "\r\nUser-Agent: ",
        user_agent,
        credential.empty() ? "" : "\r\nProxy-Authorization: ",
        credential,
        "\r\n\r\n",
    };
    std::size_t size = 0;
    for (std::string_view const part : parts)
        size += part.size();
    std::string text;
    text.reserve(size);
    for (std::string_view const part : parts)
        text += part;
    return secret(std::move(text));
}

}  // namespace

http_connect::http_connect(std::string_view target, std::string_view user_agent, secret const& authorization)
    : request_(make_request(target, user_agent, authorization.reveal())) {}

http_connect::step http_connect::received(std::string_view bytes) {
    unread_ += bytes;
    return read();
}

// Of the header nothing counts but the status: what it says of lengths is not of the tunnel (RFC 9110, section 9.3.6).
http_connect::step http_connect::read() {
    using result = header_lines::result;
    std::string lines;
    result const got = reply_.take(unread_, lines);
    read_ += lines.size();
    if (got == result::malformed) return malformed(errc::malformed_reply);
    if (got == result::bad_status) return malformed(errc::bad_status);
    if (read_ + unread_.size() > header_limit) return malformed(errc::header_too_large);
    return got == result::more ? step::receive : on_status(reply_.status());
}

http_connect::step http_connect::on_status(unsigned status) {
    if (status / 100 == 1 && status != 101) {  // more is to come
        reply_ = header_lines(dialect::lenient);
        return read();
    }
    if (status / 100 != 2) {
        // Some answer 401 to a wrong credential. It can only be the proxy's own: the target speaks TLS.
        errc const code = status == 407 || status == 401 ? errc::proxy_auth_required : errc::proxy_failed;
        return fail(code, error_code(static_cast<int>(status), http_category()),
                    "it answered " + std::to_string(status));
    }
    // In TLS the client speaks first: who else would have sent these?
    if (!unread_.empty()) return fail(errc::proxy_failed, errc::malformed_reply, "it sent bytes behind its reply");
    return step::done;
}

http_connect::step http_connect::malformed(errc how) {
    error_code const cause = how;
    return fail(errc::proxy_failed, cause, cause.message());
}

http_connect::step http_connect::fail(errc code, error_code cause, std::string reason) {
    code_ = code;
    cause_ = cause;
    reason_ = std::move(reason);
    return step::failed;
}

}  // namespace oms::wire
