// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_CREDENTIAL_DESK_HPP
#define OMS_CLIENT_CREDENTIAL_DESK_HPP

// Credentials: who gets which, who waits for one to prove itself, and what a rejected one ends.

#include "auth/credential_book.hpp"
#include "client/call.hpp"

#include <oms/config.hpp>

#include <memory>
#include <string>

namespace oms::detail {

class engine;
class step;

class credential_desk {
public:
    credential_desk(engine& of, client_config const& config);

    /// The client's own, or that of the call's options.
    /// @throws std::bad_alloc
    auth::source_ptr source_of(call const& c);
    /// Of the client's own provider.
    auth::source const& own() const noexcept { return *own_; }
    auth::credential_book const& book() const noexcept { return book_; }

    /// The way of every attempt: a credential, the gate of its value, a turn.
    /// @throws std::bad_alloc
    void find(step& s, call& c);
    /// The call's value is closed: a renewed one may serve, once; else the call ends.
    /// @throws std::bad_alloc
    void rejected(step& s, call& c);
    /// The same where the service has said so to this very call.
    /// @throws std::bad_alloc
    void invalidate(step& s, call& c);
    /// A provider has answered. False: nobody wants to know any more.
    bool answered(step& s, auth::question_ptr const& q, error_code code, credential value, std::string words) noexcept;
    /// It waits here, and does no more.
    void leave(call& c) noexcept;

    // The gate of a credential.
    /// A reply came for whoever had the pass.
    void replied(step& s, call& c, unsigned status, bool clock_mended) noexcept;
    /// A try with the gate's pass has ended without a proof: the next takes over.
    void release_pass(step& s, call& c) noexcept;
    /// The call's 401 has closed the gate: those that wait for it hear so.
    void tell_closed(step& s, call& c) noexcept;
    /// For what else the credential with which the call has ended is of no use.
    call::closure closure_of(step& s, call const& c, error_code const& ended) const noexcept;

    /// Whether there is nothing for the two that follow.
    bool settled() const noexcept { return book_.settled(); }
    /// What was queued begins. Where there is no memory for a question, those that wait for it end.
    void begin_queued(step& s) noexcept;
    /// What was begun is to be asked, and what nobody waits for any more, given up.
    void ask_begun(step& s) noexcept;
    void give_up_all() noexcept { book_.give_up_all(); }
    /// The context goes: nothing that providers were asked keeps anything of it.
    void let_go() noexcept;

private:
    void seek(step& s, call& c) noexcept;
    void wake(step& s, auth::credential_guard& g, policy::wake who) noexcept;

    engine& engine_;
    auth::credential_book book_;
    auth::source_ptr const own_;
    timed next_look_{timed::kind::questions};  // while some are queued that may get room by then
};

}  // namespace oms::detail

#endif
