// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_BULK_OPERATION_HPP
#define OMS_CLIENT_BULK_OPERATION_HPP

#include "policy/time_queue.hpp"

#include <oms/error.hpp>

#include <memory>
#include <string_view>

namespace oms::detail {

using policy::later;
using policy::time_point;
using policy::timed;

/// Something that runs over many calls and ends with the client.
class bulk_operation : public timed {
public:
    bulk_operation() noexcept : timed(kind::bulk) {}
    virtual ~bulk_operation() = default;
    /// Null while it is being destroyed.
    virtual std::shared_ptr<bulk_operation> self() noexcept = 0;
    /// The time that it asked for has come. With no lock held.
    virtual void on_time() noexcept = 0;
    /// Of each of its calls; empty: none.
    virtual std::string_view tag() const noexcept = 0;
    /// `errc::cancelled` or `errc::shut_down`. With no lock held; completes nothing inside.
    virtual void stop(errc why) noexcept = 0;
    /// The client's execution context goes: forget everything, complete nothing, unless the client went before and
    /// the handler's context is another.
    virtual void abandon(bool client_gone) noexcept = 0;

    // The client's, under its lock.
    std::shared_ptr<bulk_operation> next_due;  ///< While it is on its way to `on_time`.
    bool told_soon = false;                    ///< It is.
};

}  // namespace oms::detail

#endif
