// SPDX-License-Identifier: BSL-1.0
#include "testing/scripted_reply.hpp"

#include "testing/reply.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace oms::testing {

request_details::request_details() = default;

std::string_view request_details::header(std::string_view name) const noexcept {
    auto const found =
        std::ranges::find_if(headers, [&](auto const& line) { return boost::beast::iequals(line.first, name); });
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

scripted_reply::scripted_reply() = default;

scripted_reply::scripted_reply(unsigned status_, std::string body_, header_list headers_)
    : status(status_), body(std::move(body_)), headers(std::move(headers_)) {}

namespace {

canned_reply canned(scripted_reply&& said) {
    if (said.status < 100 || said.status > 999)
        throw std::invalid_argument("the status " + std::to_string(said.status) + " has not three digits");
    canned_reply made;
    made.status = said.status;
    made.headers = header_lines(said.headers);
    made.body = std::move(said.body);
    return made;
}

// So that the client's own test shows it.
canned_reply failed(std::string const& why) {
    testing::reply told;
    told.fail(500, "SIMULATOR.0001", "the rule's function: " + why);
    canned_reply made;
    made.status = told.status;
    made.body = std::move(told.body);
    return made;
}

}  // namespace

std::optional<canned_reply> ask(reply_function const& function, request_details const& request) {
    try {
        auto said = function(request);
        if (!said) return std::nullopt;
        return canned(*std::move(said));
    } catch (std::exception const& e) {
        return failed(e.what());
    } catch (...) {
        return failed("it threw what is no std::exception");
    }
}

}  // namespace oms::testing
