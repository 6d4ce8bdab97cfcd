// SPDX-License-Identifier: BSL-1.0
#include "call/machine.hpp"
