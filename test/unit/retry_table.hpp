// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_UNIT_RETRY_TABLE_HPP
#define OMS_TEST_UNIT_RETRY_TABLE_HPP

// What is repeated, failure by failure: for the decision alone, and for the machine that takes it.

#include "policy/retry.hpp"

#include <string_view>
#include <vector>

namespace oms::testing::retries {

using policy::failure;
using action = policy::decision::action;
using how = failure::kind;

inline failure unsent(errc code) {
    failure f;
    f.code = code;
    return f;
}

// Its bytes left, and the peer has proved that it ignored them.
inline failure unprocessed() {
    failure f = unsent(errc::stream_refused);
    f.unprocessed = true;
    return f;
}

inline failure lost(errc code) {
    failure f;
    f.how = how::lost;
    f.code = code;
    return f;
}

inline failure reply(unsigned status, error_code code) {
    failure f;
    f.how = how::reply;
    f.status = status;
    f.code = code;
    return f;
}

inline failure reply(unsigned status) {
    return reply(status, error_code(static_cast<int>(status), http_category()));
}

inline error_code gateway(int value) {
    return {value, gateway_category()};
}
inline error_code service(int value) {
    return {value, service_category()};
}

struct row {
    std::string_view name;
    failure what;
    action expected;
    bool open = false;  ///< Strict mode ends it.
};

// What is retryable for a stop, by the service's error reference.
inline std::vector<row> table() {
    constexpr auto repeat = action::repeat;
    constexpr auto finish = action::finish;
    return {
        {"name look-up failed for now", unsent(errc::resolve_failed), repeat},
        {"connection refused", unsent(errc::connect_failed), repeat},
        {"connecting timed out", unsent(errc::connect_timeout), repeat},
        {"look-up timed out", unsent(errc::resolve_timeout), repeat},
        {"handshake interrupted", unsent(errc::handshake_truncated), repeat},
        {"handshake timed out", unsent(errc::handshake_timeout), repeat},
        {"tunnel refused for now", unsent(errc::proxy_failed), repeat},
        {"died before a byte left", unsent(errc::connection_lost), repeat},
        {"refused unseen", unprocessed(), repeat},
        {"larger than the peer takes", unsent(errc::invalid_header), finish},
        {"reset by the peer", lost(errc::stream_reset), repeat, true},
        {"rules of HTTP/2 broken", lost(errc::http2_error), repeat, true},
        {"closed without a reply", lost(errc::connection_closed), repeat, true},
        {"reset without a reply", lost(errc::connection_lost), repeat, true},
        {"no reply in time", lost(errc::first_byte_timeout), repeat, true},
        {"no whole reply in time", lost(errc::body_timeout), repeat, true},
        {"sending timed out", lost(errc::write_timeout), repeat, true},
        {"broken reply", lost(errc::malformed_reply), finish},
        {"408", reply(408), repeat},
        {"429", reply(429, gateway(429'0308)), repeat},
        {"500", reply(500, gateway(500'0601)), repeat, true},
        {"502", reply(502, gateway(502'0201)), repeat, true},
        {"503", reply(503, service(2004)), repeat, true},
        {"504", reply(504, gateway(504'0201)), repeat, true},
        {"503 without a code", reply(503), repeat, true},
        {"500 without a code", reply(500), repeat, true},
        {"501", reply(501), finish},
        {"505", reply(505), finish},
        {"507", reply(507), finish},
        {"401", reply(401, gateway(401'0301)), finish},
        {"400", reply(400, gateway(400'0201)), finish},
        {"400 of the service", reply(400, service(64)), finish},
        {"403", reply(403, service(206)), finish},
        {"404", reply(404, gateway(404'0101)), finish},
        {"405", reply(405), finish},
        {"406", reply(406), finish},
        {"409", reply(409), finish},
        {"413", reply(413), finish},
        {"414", reply(414), finish},
        {"415", reply(415), finish},
        {"418", reply(418), finish},
        {"494", reply(494, gateway(494'0201)), finish},
        {"301", reply(301), finish},
        {"304", reply(304), finish},
        {"500 with a code that says no", reply(500, service(64)), finish},
    };
}

}  // namespace oms::testing::retries

#endif
