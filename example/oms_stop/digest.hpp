// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_DIGEST_HPP
#define OMS_STOP_DIGEST_HPP

#include <string>
#include <string_view>

namespace oms_stop {

/// SHA-256, in lower-case hexadecimal: what `sha256sum` prints.
/// @throws std::runtime_error  the cryptographic library has none.
std::string sha256(std::string_view bytes);

/// So many random bytes, in hexadecimal.
/// @throws std::runtime_error
std::string random_hex(std::size_t bytes);

}  // namespace oms_stop

#endif
