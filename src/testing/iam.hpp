// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_IAM_HPP
#define OMS_TESTING_IAM_HPP

// IAM: who may log in or act for an agency, what it gives for that, and the projects.

#include "testing/agencies.hpp"
#include "testing/authenticator.hpp"
#include "testing/clock.hpp"
#include "testing/reply.hpp"

#include <oms/testing/simulator.hpp>

#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oms::testing {

class iam {
public:
    iam(simulator_options const& options, service_clock const& clock, authenticator& by);

    /// Adds a user, or replaces and unlocks one.
    void add_user(iam_user user);
    void add_agency(agency made);
    void remove_agency(std::string_view name, std::string_view domain);
    void add_project(std::string id, std::string name);

    void answer(received_request const& who, reply& out);

    /// Of a user or a key's id, known or not; without a name: of all.
    iam_counts counts(std::string_view user) const;

private:
    struct account {
        std::optional<iam_user> user;  // none: somebody tried this name, or it is a key's id
        iam_counts counts;
        std::size_t bad_in_row = 0;
        std::chrono::steady_clock::time_point locked_until{};
    };
    // The body of a log-in, read.
    struct log_in_request {
        std::string user, password, domain;
    };
    // What a token is asked for: one of the two.
    struct scope {
        std::optional<std::string> project_id, project_name;
    };
    // What a token says.
    struct grant {
        char const* method;
        std::string user, domain, project;
    };

    static std::optional<log_in_request> parse(boost::json::value const& root);
    static std::optional<scope> parse_scope(boost::json::value const& root);
    void log_in(received_request const& who, reply& out);
    void list_projects(received_request const& who, reply& out);
    bool knows(account& of, log_in_request const& asked, reply& out) const;
    std::optional<std::string> project_for(std::vector<std::string> const& allowed, scope const& asked,
                                           reply& out) const;
    void give_token(grant const& to, received_request const& who, reply& out);
    agency const* agency_for(agency_request const& asked, std::string const& actor, reply& out);
    void give_agency_token(received_request const& who, boost::json::value const& body, scope const& to, reply& out);
    void give_agency_key(received_request const& who, reply& out);

    std::size_t const failures_to_lock_;
    std::chrono::nanoseconds const lock_for_;
    std::chrono::seconds const lifetime_;
    service_clock const& clock_;
    authenticator& authenticator_;
    mutable std::mutex mutex_;
    std::map<std::string, account, std::less<>> accounts_;      // by name
    std::map<std::string, std::string, std::less<>> projects_;  // id → name
    agency_list agencies_;
    std::uint64_t next_key_ = std::uint64_t{1} << 32U;  // unlike those of the metadata service
    std::size_t look_ups_ = 0;
};

}  // namespace oms::testing

#endif
