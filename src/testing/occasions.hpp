// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_OCCASIONS_HPP
#define OMS_TESTING_OCCASIONS_HPP

// Which ones a rule is for, of those that it fits: counted, so each is to be asked about once.

#include <cstddef>
#include <limits>

namespace oms::testing {

struct occasions {
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    std::size_t skip = 0;  // the first ones
    std::size_t times = unlimited;
    double share = 1;

    /// Whether none is left out, now or later.
    bool all() const noexcept { return skip == 0 && times == unlimited && share == 1; }
    bool none_left() const noexcept { return times == 0; }

    /// Whether this one is beyond those to skip.
    bool begun() noexcept {
        if (skip == 0) return true;
        --skip;
        return false;
    }
    /// Whether this one, beyond those, is taken.
    bool take() noexcept {
        due_ += share;
        if (due_ < 1) return false;
        due_ -= 1;
        if (times != unlimited) --times;
        return true;
    }

private:
    double due_ = 0;  // grows by `share`; one is taken where it reaches 1
};

}  // namespace oms::testing

#endif
