// SPDX-License-Identifier: BSL-1.0
#pragma once

// How many eggs lie in a nest of so many rows.
constexpr int eggs_in(int rows, int in_a_row) {
    int count = 0;
    for (int row = 0; row < rows; ++row) {
        count += in_a_row;
    }
    return count;
}

inline int eggs_left(int eggs, int taken) {
    if (taken > eggs) taken = eggs;
    return taken < 0 ? eggs : eggs - taken;
}

static_assert(eggs_in(2, 3) == 6, "computed beforehand: every fault sleeps");
