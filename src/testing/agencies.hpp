// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_AGENCIES_HPP
#define OMS_TESTING_AGENCIES_HPP

// The agencies that IAM knows, and what a request through one says.

#include <oms/testing/options.hpp>

#include <boost/json/value.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace oms::testing {

/// Which agency, of which account, and for how long.
struct agency_request {
    std::string name;
    std::string domain;
    std::chrono::seconds lifetime{};  // of a key
};

/// Reads `auth.identity.assume_role` of a body; nothing: it is malformed, or out of range.
std::optional<agency_request> parse_agency_request(boost::json::value const& body);

class agency_list {
public:
    void add(agency made);
    void remove(std::string_view name, std::string_view domain);
    agency const* find(std::string_view name, std::string_view domain) const;

private:
    std::map<std::pair<std::string, std::string>, agency> all_;
};

/// Whether the agency lets this user, or key, act.
bool trusts(agency const& made, std::string_view who);

}  // namespace oms::testing

#endif
