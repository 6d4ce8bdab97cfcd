// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_REPLY_HPP
#define OMS_TRANSPORT_REPLY_HPP

#include <chrono>
#include <optional>
#include <string_view>

namespace oms::transport {

/// What an exchange brought. The texts live as long as the event that tells of it.
struct reply {
    unsigned status = 0;
    std::string_view request_id;
    std::string_view retry_after;
    std::string_view date;
    std::string_view body;
    bool body_truncated = false;  ///< The body was larger than its limit.
    bool keep_alive = false;      ///< The connection may carry another exchange.
    std::optional<std::chrono::seconds> keep_alive_timeout;
};

}  // namespace oms::transport

#endif
