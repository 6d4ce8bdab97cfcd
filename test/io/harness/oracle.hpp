// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_ORACLE_HPP
#define OMS_TEST_IO_HARNESS_ORACLE_HPP

// What the outcome of a call of a sync task must be, from nothing but what the
// peer took and what the client has read.

#include "io/harness/network.hpp"

#include <oms/task.hpp>

#include <string_view>
#include <vector>

namespace oms::scripted {

struct belief {
    outcome result = outcome::not_sent;
    bool success = false;     ///< The call has no error.
    bool any_sent = false;    ///< A byte of a request was taken.
    bool has_status = false;  ///< The last exchange brought a whole header.
};

/// Of the call that stops `task_id`. Replies must be well-formed.
belief believe(std::vector<exchange_record> const& ledger, std::string_view task_id);

}  // namespace oms::scripted

#endif
