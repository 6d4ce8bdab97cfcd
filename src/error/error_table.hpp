// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_ERROR_TABLE_HPP
#define OMS_ERROR_TABLE_HPP

// What every code means: the conditions that it meets and what to do about it.

#include <oms/detail/codes.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace oms::detail {

/// The conditions that one code meets.
class condition_set {
public:
    constexpr condition_set() noexcept = default;
    constexpr condition_set(std::initializer_list<condition> members) noexcept {
        for (condition member : members)
            bits_ |= bit(static_cast<int>(member));
    }

    constexpr bool contains(int value) const noexcept { return (bits_ & bit(value)) != 0; }
    constexpr bool contains(condition value) const noexcept { return contains(static_cast<int>(value)); }

    /// The one that says what happened: `retryable` counts where there is no other.
    constexpr std::optional<condition> main() const noexcept {
        for (int value = 1; value <= static_cast<int>(condition::retryable); ++value) {
            if (contains(value)) return static_cast<condition>(value);
        }
        return std::nullopt;
    }

private:
    static constexpr std::uint32_t bit(int value) noexcept {
        return value >= 1 && value < 32 ? std::uint32_t{1} << value : 0;
    }

    std::uint32_t bits_ = 0;
};

struct known_code {
    int value;
    condition_set conditions;
    std::string_view message;
    std::string_view name = {};  ///< The enumerator's, of our own codes.
};

/// The codes that a category knows, ordered by value.
std::span<known_code const> client_codes() noexcept;
std::span<known_code const> service_codes() noexcept;
std::span<known_code const> gateway_codes() noexcept;
std::span<known_code const> iam_codes() noexcept;
std::span<known_code const> condition_names() noexcept;

/// The word of a reply: of the service, its gateway, IAM, or a status alone.
bool speaks_of_reply(error_code const& code) noexcept;

/// Null where the table does not know the value.
known_code const* find_code(std::span<known_code const> table, int value) noexcept;

constexpr bool is_http_status(unsigned status) noexcept {
    return status >= 100 && status <= 599;
}

/// What a failed reply means by its status alone. A 404 without a code of the
/// service is misrouted: "the task is gone" must never be read into it.
constexpr condition_set conditions_of_status(unsigned status) noexcept {
    using enum condition;
    switch (status) {
        case 401:
            return {unauthenticated};
        case 403:
            return {permission_denied};
        case 404:
        case 421:
            return {misrouted};
        case 407:
            return {proxy_failed};
        case 408:
            return {unavailable, retryable};
        case 418:
            return {blocked};
        case 429:
            return {throttled, retryable};
        case 501:
        case 505:
            return {unavailable};
        default:
            break;
    }
    switch (status / 100) {
        case 1:
        case 3:
            return {protocol_error};
        case 4:
            return {invalid_argument};
        case 5:
            return {unavailable, retryable};
        default:
            return {};
    }
}

/// The name of a status, for example "Not Found".
std::string_view reason_phrase(unsigned status) noexcept;
/// What to do about a failed reply by its status alone.
std::string_view advice_for_status(unsigned status) noexcept;

}  // namespace oms::detail

#endif
