// SPDX-License-Identifier: BSL-1.0
#include <oms/value.hpp>
