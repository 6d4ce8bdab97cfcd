// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_REQUEST_HPP
#define OMS_WIRE_REQUEST_HPP

/// @file
/// Requests as bytes.

#include "wire/request_line.hpp"
#include "wire/url.hpp"

#include <oms/task.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace oms::wire {

class signer;

/// What one request says. Everything in it is valid already; nothing is owned.
struct request_head {
    request_head(request_line const& l, task_ref const& on) noexcept : line(l), task(on) {}

    request_line const& line;
    task_ref const& task;
    bool plain_ids = false;           ///< The task's ids are known to need no encoding.
    std::string_view query;           ///< Encoded and in canonical order, without `?`; may be empty.
    std::string_view token;           ///< For `X-Auth-Token`; empty: none.
    signer* keys = nullptr;           ///< Signs the request; null: nobody does.
    std::chrono::sys_seconds time{};  ///< When it is signed.
    std::string_view extra;           ///< Further headers, made by `append_header`.
    std::string_view body;            ///< JSON; empty: none.
};

/// The part of a request that all requests to one endpoint share, made once.
class request_template {
public:
    /// @pre  `user_agent` is a valid header value, and not empty.
    request_template(authority const& to, std::string_view user_agent);

    /// Appends a whole request, its body too. Allocates nothing where `out` has the capacity.
    void append(std::string& out, request_head const& head) const;

private:
    std::string host_;
    std::string reading_;  ///< What follows the target of a GET.
    std::string acting_;   ///< The same of a POST or PUT without a body.
};

/// Appends one header.
/// @pre  Name and value are valid, and the name is not reserved.
void append_header(std::string& out, std::string_view name, std::string_view value);

}  // namespace oms::wire

#endif
