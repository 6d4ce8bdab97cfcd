// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_HIDE_CREDENTIAL_HPP
#define OMS_CLIENT_HIDE_CREDENTIAL_HPP

#include <oms/credentials.hpp>
#include <oms/start_keys.hpp>
#include <oms/task.hpp>

namespace oms::detail {

/// A service may repeat in its words what it was sent. What it repeats of the
/// credential is not passed on: those words end up in logs.
void hide_credential(credential const& sent, stop_result& result) noexcept;
/// The same for the keys of a start.
void hide_keys(start_keys const& sent, stop_result& result) noexcept;

}  // namespace oms::detail

#endif
