// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_DURATIONS_HPP
#define OMS_POLICY_DURATIONS_HPP

/// @file
/// How long the library waits, remembers or trusts where no option says so, and why.

#include <chrono>

namespace oms::durations {

using namespace std::chrono_literals;

// Credentials.

/// A rejected credential, or log-in, is not tried again: the service locks a key for as long.
inline constexpr std::chrono::minutes closed_credential = 5min;
/// A renewal begins at most so long before the end; a quarter of the life, where that is less.
inline constexpr std::chrono::minutes early_margin = 40min;
/// Between two early questions for one project: a provider that fails is not pressed while the old value serves.
inline constexpr std::chrono::minutes early_pause = 1min;
/// An early question that is older makes room for one that is needed.
inline constexpr std::chrono::seconds early_patience = 30s;
/// Between two renewals that IAM is asked for because the service rejects what it gave.
inline constexpr std::chrono::minutes renewal_pause = 1min;
/// Before IAM is asked again after a failure that may pass.
inline constexpr std::chrono::seconds log_in_pause = 1s;
/// A metadata service that does not know session tokens is not asked for one: it will hardly learn it.
inline constexpr std::chrono::hours no_metadata_tokens = 24h;
/// The same of one that gave none this time.
inline constexpr std::chrono::minutes no_metadata_token = 5min;
/// Its answer to that: it is local, and the answer with the key has to fit in as well.
inline constexpr std::chrono::seconds metadata_token_reply = 1s;
/// Between two warnings that it gives none.
inline constexpr std::chrono::minutes metadata_warning = 5min;
/// Until the agent beside a pod takes a connection; its answer has as long again.
inline constexpr std::chrono::seconds pod_identity_reply = 5s;
/// A file of profiles is looked at again: an editor saves no faster.
inline constexpr std::chrono::seconds profile_look = 1s;
/// A temporary key is not asked for again before, however many projects want it.
inline constexpr std::chrono::minutes shared_key_kept = 1min;
/// The same after a failure.
inline constexpr std::chrono::seconds shared_key_failed = 5s;

// Clocks.

/// How far off a signature's time may be for the service to take it.
inline constexpr std::chrono::minutes signature_taken_within = 15min;
/// What a time is mended by at most: more is for an operator. So a clock may be off by not quite twice as much.
inline constexpr std::chrono::minutes clock_mended_by_at_most = 15min;
/// Less says nothing: a reply takes its time, and its date has whole seconds.
inline constexpr std::chrono::minutes least_clock_skew = 1min;

// Paces.

/// Without a 429 the service may have changed its mind.
inline constexpr std::chrono::steady_clock::duration pace_doubted_after = 60s;
/// Without a request though one might start nobody needs the pace.
inline constexpr std::chrono::steady_clock::duration pace_idle_after = 1s;
/// One success raises a pace by what so long would, at most: a rare one says little of the time before it.
inline constexpr std::chrono::steady_clock::duration longest_growth = 1s;
/// Between probes where nothing gets through; doubled up to the longest.
inline constexpr std::chrono::steady_clock::duration first_probe_pause = 125ms;
inline constexpr std::chrono::steady_clock::duration longest_probe_pause = 8s;
/// A wait that a 429 asks for is believed so far.
inline constexpr std::chrono::steady_clock::duration longest_throttled_wait = 60s;
/// Timers are late; what they lose is made good.
inline constexpr std::chrono::steady_clock::duration timer_catch_up = 50ms;
/// Replies to requests from before a decrease are no news of it; none comes later than this.
inline constexpr std::chrono::steady_clock::duration longest_round_trip = 10s;
/// What was accepted is counted in these.
inline constexpr std::chrono::steady_clock::duration pace_window = 1s;
/// Keeps sums of times in range.
inline constexpr std::chrono::steady_clock::duration longest_pace_wait = 8760h;
/// A call that came back for a pace that nobody named waits at least so long.
inline constexpr std::chrono::milliseconds least_pace_wait = 1ms;
/// Several projects throttled within it share a limit: the endpoint's.
inline constexpr std::chrono::seconds widening_window = 1s;

// Endpoints.

/// After a 418: the service blacklists an address for as long.
inline constexpr std::chrono::minutes blocked_endpoint = 5min;
/// One dial at a time is little, and those that wait should not miss the end of an outage by much.
inline constexpr std::chrono::seconds longest_between_rounds = 5s;
/// An address that was mended is found again within that.
inline constexpr std::chrono::minutes longest_last = 1min;
/// A service that was wrongly suspected of silent connections is trusted so long at most.
inline constexpr std::chrono::minutes longest_trust = 1min;
/// A project of which nothing is heard is forgotten.
inline constexpr std::chrono::minutes project_forgotten_after = 10min;
/// A shorter wait for a pace costs less than handing a call back to its bulk.
inline constexpr std::chrono::milliseconds worth_handing_back = 500ms;

// Connections.

/// Certificates, keys and roots are looked at again at the next dial after this: who replaces them keeps the old ones
/// valid for longer.
inline constexpr std::chrono::seconds certificate_look = 1s;
/// One that is idle gives its buffers back: one in steady use would take them again at once.
inline constexpr std::chrono::seconds trimmed_after = 1s;
/// The rest of a body that nobody needs is not waited for any longer.
inline constexpr std::chrono::seconds body_drained_within = 1s;
/// Right behind a reply nothing can have come that the reply did not bring.
inline constexpr std::chrono::milliseconds right_behind_a_reply = 1ms;
/// One that was idle for less cannot have died silently: no firewall forgets so soon.
inline constexpr std::chrono::seconds least_idle = 1s;
/// One is given up so long before the server said that it would, so that it is not the first to hang up.
inline constexpr std::chrono::seconds keep_alive_margin = 1s;
/// A network that is away for a moment breaks no connection.
inline constexpr std::chrono::seconds least_unanswered = 10s;
/// Between two looks at a connection of HTTP/2 that carries something: one on which nothing came in between is asked
/// whether it is there, and has as long to answer.
inline constexpr std::chrono::seconds probe_interval = 10s;
/// So often a second, over several, may a request be given up on one: more is what an attack looks like.
inline constexpr unsigned resets_a_second = 5;
/// Between the dials of a race (RFC 8305).
inline constexpr std::chrono::milliseconds head_start = 250ms;
/// Of all others before the addresses that are to be the last: as long as the system takes to ask a second time.
inline constexpr std::chrono::seconds head_start_of_others = 1s;

// Names.

/// The system does not tell how long an answer holds.
inline constexpr std::chrono::seconds addresses_fresh_for = 30s;
/// In place of a look-up that fails, or does not end.
inline constexpr std::chrono::minutes addresses_stale_for = 10min;
/// A look-up by a resolver of the user's is asked for again by whoever comes after this; the next time, twice as long
/// after.
inline constexpr std::chrono::seconds look_up_forgotten_after = 5s;
inline constexpr std::chrono::minutes look_up_forgotten_after_at_most = 1min;
/// Whoever asks for addresses while a look-up takes longer than this gets the old ones.
inline constexpr std::chrono::seconds look_up_slow_after = 1s;

// Reading for credentials, where nothing says more.

/// Until a connection is there.
inline constexpr std::chrono::seconds fetch_connected_within = 10s;
/// The whole.
inline constexpr std::chrono::seconds fetched_within = 30s;

// Bulk, memory.

/// Between two reports of a bulk's progress: more are not read.
inline constexpr std::chrono::milliseconds progress_interval = 100ms;
/// What there was no memory for is tried again.
inline constexpr std::chrono::milliseconds tried_again_after = 10ms;

}  // namespace oms::durations

#endif
