// SPDX-License-Identifier: BSL-1.0
// What the library signs, the simulator accepts, and not with one byte changed. Settings come first, then the parts of
// a request, a line each, then its body.
#include "wire/signature.hpp"
#include "fuzz/fuzz.hpp"
#include "testing/request.hpp"
#include "testing/signature_check.hpp"
#include "wire/percent.hpp"
#include "wire/validate.hpp"

#include <chrono>

namespace oms::fuzz {

namespace {

bool accepted(std::string const& head, std::string_view body, std::string_view secret) {
    testing::request_head read;
    if (testing::parse_head(head, read) != testing::head_status::complete || read.size != head.size()) return false;
    auto const claim = testing::parse_claim(read.find("Authorization"));
    return claim && testing::is_signed_with(secret, *claim, {read.method, read.target, read.headers, body});
}

// Any header's value, so that a call may send it.
std::string value_of(std::string_view text) {
    std::string made;
    for (char const c : text)
        if (c > ' ' && c < 127) made += c;
    return made;
}

}  // namespace

void run(input in) {
    auto const how = static_cast<wire::sign_algorithm>(in.number(0, 2));
    std::chrono::sys_seconds const time{std::chrono::seconds(in.number(0, 65'535) * 60'000)};
    std::size_t const where = in.number(0, 65'535);
    std::uint8_t const change = in.byte();
    std::string key_id = value_of(in.line());
    std::erase_if(key_id, [](char c) { return c == ',' || c == '/'; });
    std::string const secret(in.line()), token = value_of(in.line()), project = value_of(in.line());
    std::string path("/v2/"), query;
    wire::append_encoded(path, in.line());
    std::string const name(in.line());
    if (!name.empty()) {
        wire::append_encoded(query, name);
        query += '=';
        wire::append_encoded(query, in.line());
    }
    std::string const body(in.rest());
    if (key_id.empty() || secret.empty() || path.ends_with('/')) return;

    std::string head = "POST " + path + (query.empty() ? "" : "?" + query) + " HTTP/1.1\r\nHost: oms.example\r\n";
    wire::signer signer(how, {key_id, secret, token}, {"cn-north-4", "oms"});
    signer.append_headers(head, {"POST", path, query, "oms.example", project, body}, time);
    head += "\r\n";
    require(accepted(head, body, secret), "what is signed is accepted");
    require(!accepted(head, body, secret + '\1'), "not with another key");
    require(!accepted(head, body + '\1', secret), "not with another body");
    if (change == 0) return;
    // In the path or the query: what is sent is signed, byte by byte.
    std::string changed = head;
    std::size_t const at = 5 + where % (path.size() + (query.empty() ? 0 : query.size() + 1));
    changed[at] = static_cast<char>(changed[at] ^ change);
    if (changed[at] == '/' && at + 1 == 5 + path.size()) return;  // one at the end is in the canonical form anyway
    require(!accepted(changed, body, secret), "not with another target");
}

}  // namespace oms::fuzz
