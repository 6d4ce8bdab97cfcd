// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_VERSION_HPP
#define OMS_VERSION_HPP

/// @file
/// The version of the library, at compile time and at run time.

#include <oms/detail/export.hpp>

#include <string_view>

/// Version of the headers: `major * 10000 + minor * 100 + patch`.
#define OMS_VERSION 200

namespace oms {

/// Version of the linked library, for example `"0.2.0"`.
///
/// Differs from `OMS_VERSION` where a program runs with another build of the
/// shared library than the one that it was compiled against.
/// Thread safe; never throws.
OMS_DECL std::string_view version() noexcept;

}  // namespace oms

#endif
