// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_REQUEST_MEMORY_HPP
#define OMS_TRANSPORT_REQUEST_MEMORY_HPP

/// @file
/// The memory that a request is written in before it becomes fields: a thread's, from one request to the next, so that
/// none of the many that wait for a reply holds any.

#include <string>

namespace oms::transport {

/// Gives a request that has none the memory of this thread's last one, if it is there.
void borrow_memory(std::string& request) noexcept;
/// Wipes a request, and keeps its memory for the next.
void give_memory_back(std::string& request) noexcept;

}  // namespace oms::transport

#endif
