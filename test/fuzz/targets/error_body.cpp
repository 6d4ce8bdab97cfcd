// SPDX-License-Identifier: BSL-1.0
// A failed reply's body: its status in the first line, then the body.
#include "wire/error_body.hpp"
#include "fuzz/fuzz.hpp"

#include <oms/error.hpp>

#include <charconv>

namespace oms::fuzz {

namespace {

void check_texts(stop_result const& r) {
    using limits = wire::error_body_limits;
    require(r.service_code.size() <= limits::code, "a code is bounded");
    require(r.service_message.size() <= limits::message, "a message is bounded");
    require(shown(r.service_code) && shown(r.service_message), "no control character is shown");
    error_details const& more = r.details();
    require(more.sub_errors.size() <= limits::sub_errors, "errors inside are bounded");
    require(more.encoded_authorization_message.size() <= limits::authorization, "an authorization message is bounded");
    require(more.body.size() <= 4096, "what is kept of a body is bounded");
}

}  // namespace

void run(input in) {
    std::string_view const line = in.line();
    unsigned status = 0;
    std::from_chars(line.data(), line.data() + line.size(), status);
    std::string const body(in.rest());
    stop_result details;
    error_code const code = parse_error_code(status, body, details);
    require((status / 100 == 2) == !code.failed(), "2xx alone is success");
    require(!code.failed() || code.value() != 0, "no failure has the value 0");
    require(!code.message().empty(), "every code has words");
    check_texts(details);
    stop_result again;
    require(parse_error(status, body, again) == std::error_code(code), "both functions agree");
    require(again.service_code == details.service_code && again.service_message == details.service_message,
            "what is read twice is the same");
}

}  // namespace oms::fuzz
