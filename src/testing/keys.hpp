// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_KEYS_HPP
#define OMS_TESTING_KEYS_HPP

// The access keys that the service knows, and what became of each.

#include "testing/clock.hpp"
#include "testing/signature_check.hpp"

#include <oms/testing/simulator.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace oms::testing {

enum class key_verdict {
    good,
    malformed,        // no signature that can be read
    unknown,          // no such key, or not with this security token
    locked,           // after too many wrong signatures
    out_of_time,      // its date is too far from the service's clock
    wrong_signature,  // somebody else's, or of another request
    other_project,    // the key is not for this project
};

/// A temporary key with its security token; different for each number.
access_key temporary_key(std::uint64_t number);

class key_ring {
public:
    /// @param bad_to_lock  So many wrong signatures in a row lock a key.
    key_ring(std::size_t bad_to_lock, std::chrono::nanoseconds lock_for, service_clock const& clock);

    /// Adds a key, or replaces and unlocks it.
    /// @param end  By the service's clock; unknown from then on.
    void add(access_key key, std::chrono::sys_seconds end = std::chrono::sys_seconds::max());
    void remove(std::string_view id);
    std::optional<access_key> find(std::string_view id) const;

    /// @param project  That the request is about; empty: none.
    key_verdict check(signed_request const& request, std::string_view project, std::chrono::sys_seconds now);

    key_counts counts(std::string_view id) const;
    std::size_t bad_signatures() const;

private:
    struct record {
        mutable std::mutex mutex;
        std::shared_ptr<access_key const> key;  // null: nobody has made such a key
        std::chrono::sys_seconds end{};
        key_counts counts;
        std::size_t bad_in_row = 0;
        std::chrono::steady_clock::time_point locked_until{};
    };

    record& record_of(std::string_view id);
    key_verdict judge(access_key const& key, signature_claim const& claim, signed_request const& request,
                      std::string_view project, std::chrono::sys_seconds now) const;
    void count(record& of, key_verdict verdict);

    std::size_t const bad_to_lock_;
    std::chrono::nanoseconds const lock_for_;
    service_clock const& clock_;
    mutable std::mutex mutex_;                            // of the map; records stay where they are
    std::map<std::string, record, std::less<>> records_;  // of unknown keys, too
};

}  // namespace oms::testing

#endif
