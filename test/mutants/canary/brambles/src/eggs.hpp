// SPDX-License-Identifier: BSL-1.0
#pragma once

inline int eggs_in(int nests) {
    int count = 0;
    count += nests;
    count += nests;
    return count;
}
