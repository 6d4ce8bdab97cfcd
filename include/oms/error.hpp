// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_ERROR_HPP
#define OMS_ERROR_HPP

/// @file
/// What can go wrong, as codes (what happened) and conditions (what to do),
/// and the token adaptor that makes exceptions say all of it.

#include <oms/detail/codes.hpp>
#include <oms/detail/with_details.hpp>

#endif
