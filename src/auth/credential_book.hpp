// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_CREDENTIAL_BOOK_HPP
#define OMS_AUTH_CREDENTIAL_BOOK_HPP

// Which credential serves which project: what the providers gave, who waits
// for them, and what guards each value. Pure: the caller holds a lock, brings
// the time, and asks the providers.

#include "policy/credential_gate.hpp"
#include "policy/rate_limiter.hpp"
#include "wire/signature.hpp"

#include <oms/config.hpp>
#include <oms/credentials.hpp>

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace oms::auth {

using steady_time = std::chrono::steady_clock::time_point;
using wall_time = std::chrono::system_clock::time_point;

/// Base of what waits for a credential; leaves by itself whichever list it is in.
struct credential_waiter
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {};
using waiter_list = boost::intrusive::list<credential_waiter, boost::intrusive::constant_time_size<false>>;

/// What is learnt about one proof, whoever gives it and whatever its expiry says.
struct credential_guard {
    explicit credential_guard(throttle_options const& throttle);

    policy::credential_gate gate;
    policy::rate_limiter limiter;
    waiter_list waiting;      ///< For the gate.
    bool pass_taken = false;  ///< Some call has the gate's one pass.

    /// Nothing is lost by forgetting it.
    bool at_rest(steady_time now) const noexcept { return !gate.closed(now) && limiter.at_rest(now); }
};

using guard_ptr = std::shared_ptr<credential_guard>;

/// One credential that is in use.
struct held_credential {
    explicit held_credential(credential v);

    credential const value;
    std::unique_ptr<wire::signer> signer;  ///< Of a key pair.
    std::string const digest;              ///< Names the proof without holding it.
    /// Per endpoint; a key pair has one for all, under null.
    std::vector<std::pair<void const*, guard_ptr>> guards;
};
using held_ptr = std::shared_ptr<held_credential>;

/// One provider, and what it gave for each project.
struct source {
    struct slot {
        held_ptr current;
        bool asking = false;
        waiter_list waiting;  ///< For the provider's answer.
    };

    source(std::shared_ptr<credentials_provider> p, std::string l);

    std::shared_ptr<credentials_provider> const provider;
    std::string const label;  ///< Asked for beforehand: the provider's code may not run under the lock.
    held_ptr fixed;           ///< The same for all projects, known from the start.
    error_code fixed_bad;     ///< What is wrong with it.
    std::unordered_map<std::string, slot> slots;
    std::string last_error;  ///< Of the provider's last answer; empty: it was a credential.
};
using source_ptr = std::shared_ptr<source>;

/// What a look-up found. With neither a credential nor a code: wait.
struct found_credential {
    held_ptr held;
    error_code code;
    bool ask = false;  ///< Nobody asks yet: the caller has to.
};

/// What is wrong with a value, in itself; success: nothing.
error_code check(credential const& value) noexcept;

class credential_book {
public:
    explicit credential_book(throttle_options throttle) : throttle_(std::move(throttle)) {}

    std::vector<source_ptr> const& sources() const noexcept { return sources_; }
    source_ptr source_of(std::shared_ptr<credentials_provider> const& provider, std::string label);

    /// Finds the credential of a project, or makes `waiter` wait for it.
    found_credential find(source& from, std::string const& project_id, wall_time now, credential_waiter& waiter);

    /// The provider has answered: takes the answer, and gives those that waited.
    waiter_list arrived(source& from, std::string const& project_id, wall_time now, error_code& code, credential value);

    /// The guard of a credential at an endpoint: a token is good or bad there, a key pair everywhere.
    guard_ptr guard(held_credential& held, void const* endpoint, steady_time now);

    /// This very value is of no use any more; the next `find` asks again.
    void invalidate(source& from, std::string const& project_id, held_credential const& rejected) noexcept;

private:
    static constexpr std::size_t max_sources = 64;
    static constexpr std::size_t max_projects = 10'000;  // of one source

    throttle_options const throttle_;
    std::vector<source_ptr> sources_;  // the client's own first
    // By a digest of the proof, so that nothing here keeps a secret.
    std::unordered_map<std::string, std::shared_ptr<credential_guard>> guards_;
    std::size_t sweep_at_ = 64;
};

}  // namespace oms::auth

#endif
