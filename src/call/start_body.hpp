// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CALL_START_BODY_HPP
#define OMS_CALL_START_BODY_HPP

/// @file
/// What a start sends.

#include <oms/detail/secret.hpp>
#include <oms/start_keys.hpp>
#include <oms/task.hpp>

namespace oms::call {

/// The first of the keys that such a start cannot be made with, for example
/// `"keys.source_access_key"`; null: none.
char const* wrong_key(start_keys const& keys, task_kind kind) noexcept;

/// `{"src_ak":…,"src_sk":…,"dst_ak":…,"dst_sk":…}`; those of a source that has none are left out.
secret write_start_body(start_keys const& keys);

}  // namespace oms::call

#endif
