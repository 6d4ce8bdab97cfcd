// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_COUNTERS_HPP
#define OMS_CLIENT_COUNTERS_HPP

// What a client counts, in the form that is cheap to count in.

#include <oms/metrics.hpp>
#include <oms/observer.hpp>

#include <array>
#include <cstdint>

namespace oms::detail {

struct counters {
    std::uint64_t calls = 0;
    std::uint64_t exchanges = 0;
    std::uint64_t dials = 0;
    std::uint64_t dial_failures = 0;
    std::uint64_t handshakes = 0;
    std::uint64_t resumed = 0;
    std::uint64_t http_2 = 0;
    std::uint64_t reused = 0;
    std::array<std::uint64_t, static_cast<std::size_t>(retry_reason::unprocessed) + 1> retries{};
    std::array<std::uint64_t, static_cast<std::size_t>(condition::retryable) + 1> completions{};  // 0: success
    std::array<duration_histogram, static_cast<std::size_t>(phase::done)> phases{};

    void retry(retry_reason why) noexcept { ++retries[static_cast<std::size_t>(why)]; }

    std::uint64_t of(condition main) const noexcept { return completions[static_cast<std::size_t>(main)]; }

    void completion(error_code const& code) noexcept {
        int const main = code ? code.default_error_condition().value() : 0;
        bool const ours = !code || code.default_error_condition().category() == condition_category();
        ++completions[ours && main >= 0 && main < static_cast<int>(completions.size()) ? static_cast<std::size_t>(main)
                                                                                       : completions.size() - 1];
    }
};

}  // namespace oms::detail

#endif
