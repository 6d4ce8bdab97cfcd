// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_IAM_HPP
#define OMS_TESTING_IAM_HPP

// IAM: who may log in, the tokens that it gives for that, and the projects.

#include "testing/authenticator.hpp"
#include "testing/clock.hpp"
#include "testing/reply.hpp"

#include <oms/testing/simulator.hpp>

#include <chrono>
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
    void add_project(std::string id, std::string name);

    void answer(received_request const& who, reply& out);

    /// Of a user, known or not; without a name: of all.
    iam_counts counts(std::string_view user) const;

private:
    struct account {
        std::optional<iam_user> user;  // none: somebody tried this name
        iam_counts counts;
        std::size_t bad_in_row = 0;
        std::chrono::steady_clock::time_point locked_until{};
    };
    // The body of a log-in, read.
    struct log_in_request {
        std::string user, password, domain;
        std::optional<std::string> project_id, project_name;
    };

    static std::optional<log_in_request> parse(std::string_view body);
    void log_in(received_request const& who, reply& out);
    void list_projects(received_request const& who, reply& out);
    bool knows(account& of, log_in_request const& asked, reply& out) const;
    std::optional<std::string> project_for(iam_user const& user, log_in_request const& asked, reply& out) const;
    void give_token(account& to, std::string const& project, bool catalog, reply& out);

    std::size_t const failures_to_lock_;
    std::chrono::nanoseconds const lock_for_;
    std::chrono::seconds const lifetime_;
    service_clock const& clock_;
    authenticator& authenticator_;
    mutable std::mutex mutex_;
    std::map<std::string, account, std::less<>> accounts_;      // by name
    std::map<std::string, std::string, std::less<>> projects_;  // id → name
    std::size_t look_ups_ = 0;
};

}  // namespace oms::testing

#endif
