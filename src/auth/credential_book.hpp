// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_CREDENTIAL_BOOK_HPP
#define OMS_AUTH_CREDENTIAL_BOOK_HPP

// Which credential serves which project: what the providers gave, who waits
// for them, and what guards each value. Pure: the caller holds a lock, brings
// the time, and asks the providers.

#include "policy/chain.hpp"
#include "policy/credential_gate.hpp"
#include "policy/rate_limiter.hpp"
#include "policy/single_flight.hpp"
#include "wire/signature.hpp"

#include <oms/config.hpp>
#include <oms/credentials.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
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
struct credential_guard : std::enable_shared_from_this<credential_guard> {
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
struct active_credential {
    explicit active_credential(credential v);

    credential const value;
    std::unique_ptr<wire::signer> signer;  ///< Of a key pair.
    std::string const digest;              ///< Names the proof without holding it.
    /// Per endpoint; a key pair has one for all, under null.
    std::vector<std::pair<void const*, guard_ptr>> guards;
};
using credential_ptr = std::shared_ptr<active_credential>;

/// Makes it ready for use. Null: `code` says why. The cryptographic library may lack what it takes, as SM3 where only
/// approved algorithms are.
credential_ptr hold(credential value, error_code& code);

struct source;
using source_ptr = std::shared_ptr<source>;

/// The two clocks, read together: what expires does so by the wall, what is
/// waited for is measured by the steady one.
struct moment {
    wall_time wall;
    steady_time steady;
};

/// A question to a provider, shared by all that wait for the answer.
struct question {
    question(std::uint64_t n, source_ptr const& f, std::string const& p, std::string const& r, steady_time b, bool e)
        : number(n), from(f), project_id(p), region(r), begun(b), early(e) {}

    std::uint64_t const number;
    std::weak_ptr<source> const from;  // which a provider that keeps its handler would else keep, and so itself
    std::string const project_id;
    std::string const region;
    steady_time const begun;
    bool const early;  ///< A valid credential is in use; nobody waited when it was asked.

    /// The execution context goes: keeps nothing of it, and nothing of what the
    /// provider put into the slot, which may in turn keep this question.
    void let_go() noexcept;

    /// The client's end of `credential_request::cancellation`.
    struct {
        std::mutex mutex;                       // no other is taken under it
        boost::asio::any_io_executor executor;  // until the signal was emitted: a provider may outlive its context
        boost::asio::cancellation_signal signal;
        bool asking = false;    // the provider's function runs
        bool unwanted = false;  // nobody waits any more
    } asked;

    // On its way to the provider. The two may be at once.
    std::shared_ptr<question> next_begun;
    std::shared_ptr<question> next_given_up;
};
using question_ptr = std::shared_ptr<question>;
using begun_chain = policy::chain<&question::next_begun>;
using given_up_chain = policy::chain<&question::next_given_up>;

/// What is known of one project at one source.
struct slot : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    std::string const* project_id = nullptr;  // the key in the source's map
    credential_ptr current;
    policy::single_flight<waiter_list> flight;
    bool queued = false;                    ///< Is to be asked once the source has fewer questions open.
    std::string region;                     ///< While queued: of the call that came first.
    wall_time renew_at = wall_time::max();  ///< From then on the next use asks early.
    steady_time early_from{};               ///< But not before.

    bool idle() const noexcept { return !flight.open() && !queued && flight.waiting.empty(); }
};

/// One provider, and what it gave for each project.
struct source {
    source(std::shared_ptr<credentials_provider> p, std::string l);
    bool is_fixed() const noexcept { return fixed || fixed_bad; }

    std::shared_ptr<credentials_provider> const provider;
    std::string const label;  ///< Asked for beforehand: the provider's code may not run under the lock.
    credential_ptr fixed;     ///< The same for all projects, known from the start.
    error_code fixed_bad;     ///< What is wrong with it.
    std::unordered_map<std::string, slot> slots;
    boost::intrusive::list<slot, boost::intrusive::constant_time_size<false>> recent;  ///< The last used first.
    std::vector<question_ptr> open;
    std::deque<std::string> queue;  ///< Projects to ask for; some may have been given up since.
    std::string last_error;         ///< Of the provider's last answer; empty: it was a credential.
};

/// What a look-up found. With neither a credential nor a code: wait.
struct found_credential {
    credential_ptr credential;
    error_code code;
};

class credential_book {
public:
    explicit credential_book(throttle_options throttle) : throttle_(std::move(throttle)) {}

    std::vector<source_ptr> const& sources() const noexcept { return sources_; }
    source_ptr source_of(std::shared_ptr<credentials_provider> const& provider, std::string const& label);

    /// What a source that is fixed has for a project.
    static found_credential fixed(source const& from, std::string const& project_id) noexcept;
    /// Finds the credential of a project, of a source that is not, or makes `waiter` wait for it. Where one
    /// is in use that soon expires, it begins a question besides.
    found_credential find(source_ptr const& from, std::string const& project_id, std::string const& region, moment now,
                          credential_waiter& waiter);

    /// Somebody waits no more. Where it was the last, the question is given up.
    void leave(source& from, std::string const& project_id, credential_waiter& waiter) noexcept;

    /// The provider has answered: takes the answer, and gives those that waited.
    /// Nothing: the question was given up, so the answer is of no use.
    /// @param code    Set where the answer is none, or none that can be used.
    /// @param random  Spreads early renewals.
    std::optional<waiter_list> arrived(question const& q, moment now, std::uint64_t random, error_code& code,
                                       credential value);

    /// The client ends: gives all questions up.
    void give_up_all() noexcept;

    /// Whether there is nothing for the three that follow.
    bool settled() const noexcept { return !any_queued_ && begun_.empty() && given_up_.empty(); }
    /// Begins what was queued, as far as each source has room. Where there is no memory, those that wait for it are
    /// given: they are to be told.
    waiter_list begin_queued(steady_time now) noexcept;
    /// When to begin what is queued, where no answer comes before.
    steady_time next_look() const noexcept;
    /// Questions begun since the last call: they are to be asked.
    begun_chain take_begun() noexcept { return std::move(begun_); }
    /// Questions given up since the last call: nobody wants to know any more.
    given_up_chain take_given_up() noexcept { return std::move(given_up_); }

    /// The guard of a credential at an endpoint: a token is good or bad there, a key pair everywhere.
    /// It lives as long as `held`.
    /// @throws std::bad_alloc
    credential_guard& guard(active_credential& held, void const* endpoint, steady_time now);

    /// Whether it is this very value that the next `find` gives.
    bool serves(source const& from, std::string const& project_id, active_credential const& held) const noexcept;
    /// This very value is of no use any more; the next `find` asks again.
    /// False where it was replaced already.
    bool invalidate(source& from, std::string const& project_id, active_credential const& rejected) noexcept;

    static constexpr std::size_t max_projects = 10'000;  ///< Kept for one source; the least recently used goes.
    static constexpr std::size_t max_open = 8;           ///< Questions of one source at a time.

private:
    static constexpr std::size_t max_sources = 64;

    slot& slot_of(source& from, std::string const& project_id, wall_time now);
    static bool spare(source const& from, question const& q);
    bool make_room(source& from, steady_time now);
    void ask(source_ptr const& from, slot& for_slot, std::string const& region, steady_time now, bool early);
    static std::vector<question_ptr>::iterator open_in(source& from, slot const& s) noexcept;
    void give_up(source& from, slot& s) noexcept;

    throttle_options const throttle_;
    std::vector<source_ptr> sources_;  // the client's own first
    begun_chain begun_;
    given_up_chain given_up_;
    bool any_queued_ = false;
    std::uint64_t questions_ = 0;
    // By a digest of the proof, so that nothing here keeps a secret.
    std::unordered_map<std::string, std::shared_ptr<credential_guard>> guards_;
    std::size_t sweep_at_ = 64;
};

}  // namespace oms::auth

#endif
