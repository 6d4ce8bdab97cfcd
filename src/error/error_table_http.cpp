// SPDX-License-Identifier: BSL-1.0
//
// The tables of codes that the HTTP status classifies: the gateway's, the
// identity service's, and replies without a code.
#include "error/error_table.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace oms::detail {
namespace {

// The value is status × 10000 + digits. The same digits come with several
// statuses, so the status decides.
constexpr known_code by_status(int value, std::string_view message) noexcept {
    return {value, conditions_of_status(static_cast<unsigned>(value) / 10000), message};
}

// APIGW and APIG share the values; where they differ, the text covers both.
constexpr std::array gateway_table{
    by_status(400'0104, "The gateway's route could not take the request: check the endpoint"),
    by_status(400'0105, "The gateway calls the request bad: check the endpoint and the headers added to the call"),
    by_status(400'0106, "The gateway calls the request or its parameters bad: check the ids and the added headers"),
    by_status(400'0201, "The gateway calls the request malformed: check the ids and the headers added to the call"),
    by_status(400'0602, "The gateway calls the request bad: check the endpoint and the headers added to the call"),
    by_status(400'0607, "The gateway does not support the protocol: check the endpoint's scheme"),
    by_status(401'0301, "The token or signature is wrong: check the credential, its region and the clock"),
    by_status(401'0303, "The app's authentication is wrong: this API wants a token or an access key of IAM"),
    by_status(401'0305, "Authentication is missing or wrong: check the credential"),
    by_status(401'0307, "The token has expired or is for another region: get a new one there"),
    by_status(401'0311, "The debugging authentication is wrong: this API wants a token or an access key of IAM"),
    by_status(403'0302, "The IAM user may not call this API: grant it the permission"),
    by_status(403'0304, "The app may not call this API: authorise it"),
    by_status(403'0306, "The gateway denies access: check the caller's permissions"),
    by_status(403'0310, "The project is unavailable: check its state and its id"),
    by_status(403'0401, "The gateway does not know the client's address: check the access control of the API"),
    by_status(403'0402, "The client's address is not allowed: check the access control of the API"),
    by_status(403'0404, "The back end's address is not allowed: ask the service's support"),
    known_code{403'0801, {condition::misrouted}, "The service is not in this region: check the endpoint and region"},
    by_status(403'0802, "The user may not use this region: check the region or ask for access to it"),
    by_status(404'0101, "The gateway has no such API: check the endpoint and region; this says nothing of the task"),
    by_status(404'0103, "The gateway found no back end: check the endpoint and region; this says nothing of the task"),
    by_status(405'0501, "The app's quota is used up: raise it or wait until it is renewed"),
    by_status(405'0502, "The app is frozen: have it released"),
    by_status(413'0201, "The gateway calls the request's body too large: send less"),
    by_status(414'0201, "The gateway calls the URI too long: check the project id and task id"),
    by_status(429'0308, "Too many requests: slow down and repeat later"),
    by_status(494'0201, "The gateway calls the header too large: use a shorter token, such as one without a catalog"),
    by_status(500'0103, "The gateway failed to route the request: repeat later"),
    by_status(500'0104, "The gateway failed to route the request: repeat later"),
    by_status(500'0105, "The gateway failed to route the request: repeat later"),
    by_status(500'0107, "The gateway failed internally: repeat later"),
    by_status(500'0601, "The gateway failed internally: repeat later"),
    by_status(500'0605, "The gateway could not look up its back end: repeat later"),
    by_status(500'0606, "The gateway failed internally: repeat later"),
    by_status(500'0608, "The gateway could not get a token of its own: repeat later"),
    by_status(500'0609, "The gateway failed internally: repeat later"),
    by_status(500'0611, "The gateway failed internally: repeat later"),
    by_status(500'0612, "The gateway failed internally: repeat later"),
    by_status(500'0705, "The gateway failed to sign or to read a credential: repeat later"),
    by_status(502'0201, "The back end is unavailable: repeat later"),
    by_status(502'0202, "The back end is unavailable: repeat later"),
    by_status(502'0203, "The back end timed out and may have acted: repeat later"),
    by_status(502'0610, "The gateway has no usable back end: repeat later"),
    by_status(503'0613, "The identity service is unavailable to the gateway: repeat later"),
    by_status(504'0201, "The back end timed out and may have acted: repeat later"),
    by_status(504'0203, "The back end timed out and may have acted: repeat later"),
};

constexpr std::array iam_table{
    // A token that is not accepted is the credential's fault, not the request's.
    known_code{400'0007, {condition::unauthenticated}, "The token is invalid: get a new one"},
    known_code{400'0009, {condition::unauthenticated}, "The token asked about is invalid: get a new one"},
    by_status(400'0011, "The identity service calls the request malformed: check the account, user and project names"),
    by_status(400'0072, "The identity service misses a parameter: check the account, user and project names"),
    by_status(401'0007, "The token is invalid: get a new one"),
    by_status(401'0009, "The token asked about is invalid: get a new one"),
    by_status(500'0006, "The identity service failed internally: repeat later"),
};

static_assert(std::ranges::is_sorted(gateway_table, std::ranges::less_equal{}, &known_code::value));
static_assert(std::ranges::is_sorted(iam_table, std::ranges::less_equal{}, &known_code::value));

struct named_status {
    unsigned status;
    std::string_view reason;
    std::string_view advice;  // empty: that of its class
};

constexpr std::string_view repeat_later = "the service or a gateway before it failed; repeat later";

constexpr named_status status_table[] = {
    {100, "Continue", {}},
    {101, "Switching Protocols", {}},
    {300, "Multiple Choices", {}},
    {301, "Moved Permanently", {}},
    {302, "Found", {}},
    {303, "See Other", {}},
    {304, "Not Modified", {}},
    {307, "Temporary Redirect", {}},
    {308, "Permanent Redirect", {}},
    {400, "Bad Request", "the request is wrong; check the project id, task id and added headers"},
    {401, "Unauthorized", "the credential is missing, wrong or expired; replace it"},
    {402, "Payment Required", "check the account's balance"},
    {403, "Forbidden", "the caller may not do this; check its permissions, and proxies and firewalls on the way"},
    {404, "Not Found", "the API is not there; check the endpoint and region; this says nothing of the task"},
    {405, "Method Not Allowed", "this endpoint does not know the method; check the endpoint and the task's kind"},
    {406, "Not Acceptable", {}},
    {407, "Proxy Authentication Required", "a proxy on the way wants credentials; configure it as the client's proxy"},
    {408, "Request Timeout", "the service did not receive the request in time; repeat later"},
    {409, "Conflict", "the request conflicts with another; look at the task's state"},
    {410, "Gone", "the API is gone; check the endpoint; this says nothing of the task"},
    {411, "Length Required", {}},
    {412, "Precondition Failed", {}},
    {413, "Payload Too Large", {}},
    {414, "URI Too Long", "check the project id and task id"},
    {415, "Unsupported Media Type", {}},
    {418, "I'm a Teapot", "the service has blacklisted this address; stop sending and find out what made it do so"},
    {421, "Misdirected Request", "this server is not responsible for the host name; check the endpoint"},
    {422, "Unprocessable Entity", {}},
    {426, "Upgrade Required", {}},
    {429, "Too Many Requests", "slow down and repeat later"},
    {431, "Request Header Fields Too Large", "use a shorter token, such as one without a catalog"},
    {494, "Request Header Too Large", "use a shorter token, such as one without a catalog"},
    {499, "Client Closed Request", "a proxy on the way gave the request up"},
    {500, "Internal Server Error", repeat_later},
    {501, "Not Implemented", "the service does not offer this; check the endpoint"},
    {502, "Bad Gateway", "the back end is unavailable; repeat later"},
    {503, "Service Unavailable", repeat_later},
    {504, "Gateway Timeout", "the back end timed out and may have acted; repeat later"},
    {505, "HTTP Version Not Supported", "check what answers at the endpoint"},
};

static_assert(std::ranges::is_sorted(status_table, std::ranges::less_equal{}, &named_status::status));

constexpr named_status class_table[] = {
    {1, "Informational", "no final reply came; check what answers at the endpoint"},
    {3, "Redirection", "redirects are not followed; check the endpoint"},
    {4, "Client Error", "the request is refused as wrong; check the ids, the endpoint and added headers"},
    {5, "Server Error", repeat_later},
};

named_status const* find_status(std::span<named_status const> table, unsigned status) noexcept {
    auto const at = std::ranges::lower_bound(table, status, {}, &named_status::status);
    return at != table.end() && at->status == status ? &*at : nullptr;
}

}  // namespace

std::span<known_code const> gateway_codes() noexcept {
    return gateway_table;
}
std::span<known_code const> iam_codes() noexcept {
    return iam_table;
}

std::string_view reason_phrase(unsigned status) noexcept {
    if (named_status const* row = find_status(status_table, status)) return row->reason;
    named_status const* row = find_status(class_table, status / 100);
    return row ? row->reason : "Unknown Status";
}

std::string_view advice_for_status(unsigned status) noexcept {
    named_status const* row = find_status(status_table, status);
    if (!row || row->advice.empty()) row = find_status(class_table, status / 100);
    return row ? row->advice : "check what answers at the endpoint";
}

}  // namespace oms::detail
