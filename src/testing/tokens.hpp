// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_TOKENS_HPP
#define OMS_TESTING_TOKENS_HPP

// Tokens: those that say which project they are for, so that none need be
// stored, and those that IAM issues, which end.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace oms::testing {

enum class token_verdict { good, damaged, revoked, expired, other_project };

// What is known of a token that is good by itself.
struct token_facts {
    std::string project;
    std::string user;  // who logged in; empty: nobody, a test made it
};

class token_office {
public:
    /// @param length  Of a token, in characters.
    explicit token_office(std::size_t length);

    /// The token of a project that never ends; the same at each call.
    std::string standing(std::string_view project) const;
    /// The same, or another in its place once it has been revoked.
    std::string current(std::string_view project);
    /// A new one.
    std::string issue(std::string project, std::string user, std::chrono::sys_seconds end);
    void revoke(std::string_view token);

    /// @param facts  Filled where the token is good.
    token_verdict look_up(std::string_view token, std::chrono::sys_seconds now, token_facts& facts) const;
    /// The same, and whether it is for this project.
    token_verdict check(std::string_view token, std::string_view project, std::chrono::sys_seconds now) const;

private:
    struct issued {
        token_facts facts;
        std::chrono::sys_seconds end;
    };

    bool is_standing(std::string_view token, std::string_view& prefix) const;
    bool is_revoked(std::string_view token) const;

    std::string filler_;                     // what every token has beyond its prefix
    std::atomic<bool> any_revoked_ = false;  // spares the lock where there are none
    mutable std::mutex mutex_;
    std::uint64_t next_ = 1;
    std::map<std::string, issued, std::less<>> issued_;
    std::map<std::string, std::string, std::less<>> successors_;  // project → in place of the standing one
    std::set<std::string, std::less<>> revoked_;
};

}  // namespace oms::testing

#endif
