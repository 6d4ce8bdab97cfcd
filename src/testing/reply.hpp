// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_REPLY_HPP
#define OMS_TESTING_REPLY_HPP

// A reply and its bytes.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oms::testing {

struct reply {
    unsigned status = 200;
    std::string headers;  // further lines, each with its end
    std::string body;     // JSON, unless `headers` says otherwise
    bool close = false;   // says that the connection ends with it

    void clear();
    /// The service's own error.
    void fail(unsigned code, std::string_view error_code, std::string_view message);
    /// The gateway's error, which repeats the request's id.
    void refuse(unsigned code, std::string_view error_code, std::string_view message, std::string_view request_id);
};

using field_list = std::vector<std::pair<std::string, std::string>>;

/// The same head as HTTP/2 has it, its names in lower case.
field_list fields_of(reply const& r, std::string_view request_id, std::string_view date);

/// Appends the reply's bytes; returns the size of its head.
std::size_t write_reply(reply const& r, std::string_view request_id, std::string_view date, std::string& out);

// The time for `Date`, written anew once a second.
class date_cache {
public:
    std::string_view text(std::chrono::sys_seconds second);

private:
    std::chrono::sys_seconds second_{};
    std::string text_;
};

}  // namespace oms::testing

#endif
