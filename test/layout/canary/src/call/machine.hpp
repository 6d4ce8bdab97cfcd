// SPDX-License-Identifier: BSL-1.0
#include "wire/fine.hpp"
#include <boost/beast.hpp>
