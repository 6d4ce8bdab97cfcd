// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_SCRIPTED_REPLY_HPP
#define OMS_TESTING_SCRIPTED_REPLY_HPP

/// @file
/// A reply by a function of the test: what it is given, and what it gives.

#include <oms/detail/export.hpp>
#include <oms/task.hpp>
#include <oms/testing/records.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oms::testing {

/// The lines of a head, in their order: names and values.
using header_list = std::vector<std::pair<std::string, std::string>>;

/// A request as it came, for a function that answers it.
struct OMS_DECL request_details {
    service_kind service = service_kind::oms;  ///< That was asked.
    std::string region;                        ///< Of OMS; else empty.
    std::string method;                        ///< As sent.
    std::string target;                        ///< As sent.
    header_list headers;                       ///< As sent: with the credentials.
    std::string body;                          ///< As sent.
    std::string project_id;                    ///< Decoded; empty where the path names none.
    std::string task_id;                       ///< Decoded; empty where the path names none.
    task_kind kind = task_kind::sync_task;     ///< Of the path.
    unsigned attempt = 0;                      ///< Of this operation on this task, from 1; 0 where no task is named.
    std::size_t connection = 0;                ///< From 1, in the order of arrival.

    request_details();
    /// The value of the first header of this name, in whichever case; empty where there is none.
    std::string_view header(std::string_view name) const noexcept;
};

/// What a function answers. `Date`, `X-Request-Id`, `Content-Length` and, unless given, `Content-Type` are added.
struct OMS_DECL scripted_reply {
    unsigned status = 200;  ///< 100–999.
    std::string body;       ///< Sent as it is.
    header_list headers;    ///< Further lines of the head.

    scripted_reply();
    /// Of all members.
    explicit scripted_reply(unsigned status, std::string body = {}, header_list headers = {});
};

/// Answers a request; nothing: the service does, as without the rule.
using reply_function = std::function<std::optional<scripted_reply>(request_details const&)>;

}  // namespace oms::testing

#endif
