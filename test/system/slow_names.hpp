// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SLOW_NAMES_HPP
#define OMS_TEST_SYSTEM_SLOW_NAMES_HPP

// Stands in for the system's look-up of names in this program: those that end
// in `.slow.test` take as long as the test likes, and are then this machine.

namespace oms::test {

/// While it lives, and is not released, these look-ups do not end. One at a time.
class slow_names {
public:
    slow_names();
    ~slow_names();
    slow_names(slow_names const&) = delete;
    slow_names& operator=(slow_names const&) = delete;

    unsigned asked() const;
    void release();
};

}  // namespace oms::test

#endif
