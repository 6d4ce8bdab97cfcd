// SPDX-License-Identifier: BSL-1.0
#include <boost/beast.hpp>
#include "wire/fine.hpp"
