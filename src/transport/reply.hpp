// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_REPLY_HPP
#define OMS_TRANSPORT_REPLY_HPP

#include <chrono>
#include <optional>
#include <string_view>

namespace oms::transport {

class time_source {
public:
    virtual ~time_source() = default;
    virtual std::chrono::steady_clock::time_point now() const noexcept = 0;
};

/// When an exchange came how far; unset where it was not asked for, or did not come so far.
struct exchange_times {
    std::chrono::steady_clock::time_point sent{};
    std::chrono::steady_clock::time_point first_byte{};
};

/// What an exchange brought. The texts live as long as the event that tells of it.
struct reply {
    unsigned status = 0;
    std::string_view request_id;
    std::string_view retry_after;
    std::string_view date;
    std::string_view subject_token;  ///< `X-Subject-Token`: a log-in's.
    std::string_view body;
    bool body_truncated = false;  ///< The body was larger than its limit.
    exchange_times times;
    bool keep_alive = false;  ///< The connection may carry another exchange.
    bool draining = false;    ///< The rest of the body is yet to come: then the owner is told whether it may.
    std::optional<std::chrono::seconds> keep_alive_timeout;
};

}  // namespace oms::transport

#endif
