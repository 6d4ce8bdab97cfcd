// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_CREDENTIAL_GATE_HPP
#define OMS_POLICY_CREDENTIAL_GATE_HPP

/// @file
/// What keeps a wrong credential from being tried by everyone: the service
/// locks a key for all its users after a few failures.

#include <chrono>
#include <cstdint>

namespace oms::policy {

/// What a call that wants to use a credential has to do.
enum class admission : std::uint8_t {
    go,       ///< Send; the reply, or that none came, must be told.
    wait,     ///< Another one is being tried; ask again when woken.
    refused,  ///< The service has rejected it: end the call.
};

/// Which of the waiting calls have to ask again.
enum class wake : std::uint8_t { none, one, all };

/// Watches over one value of a credential: one token at one endpoint, or one key pair.
///
/// Until the service has accepted it, one request at a time tries it. A
/// rejected one is closed for five minutes, and then as good as new.
class credential_gate {
public:
    using time_point = std::chrono::steady_clock::time_point;

    admission ask(time_point now) noexcept;

    /// A reply came to a request that was told to go.
    /// 408, 418, 429 and 503 prove nothing, so the next one tries. After 401
    /// all wait on until `close`, or `on_no_reply` where another credential
    /// takes this one's place. Any other status accepts it.
    wake on_reply(unsigned status) noexcept;

    /// A request that was told to go has ended without a reply that counts.
    wake on_no_reply() noexcept;

    /// The service rejects the credential, and nothing can be done about it.
    wake close(time_point now) noexcept;

    bool accepted() const noexcept { return state_ == state::accepted; }
    bool closed(time_point now) const noexcept { return state_ == state::closed && now < open_at_; }

private:
    enum class state : std::uint8_t { untried, probing, accepted, closed };

    state state_ = state::untried;
    time_point open_at_{};
};

}  // namespace oms::policy

#endif
