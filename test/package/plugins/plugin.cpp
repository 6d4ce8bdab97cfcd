// SPDX-License-Identifier: BSL-1.0
// A shared library of a user's that has the library inside.

#include "../stop_one.hpp"

extern "C" bool plugin_stops_one() {
    return stop_one();
}
