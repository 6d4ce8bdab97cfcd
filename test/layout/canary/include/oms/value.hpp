// SPDX-License-Identifier: BSL-1.0
#include <oms/detail_of_value.hpp>
