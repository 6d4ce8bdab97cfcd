// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_CODES_HPP
#define OMS_TEST_IO_HARNESS_CODES_HPP

#include <oms/detail/codes.hpp>

namespace oms::scripted {

/// What an error of the service or its gateway is as a code.
inline error_code service_error(int value) {
    return {value, service_category()};
}
inline error_code gateway_error(int value) {
    return {value, gateway_category()};
}
inline error_code http_error(int status) {
    return {status, http_category()};
}

}  // namespace oms::scripted

#endif
