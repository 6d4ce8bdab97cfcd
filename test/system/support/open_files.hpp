// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SUPPORT_OPEN_FILES_HPP
#define OMS_TEST_SYSTEM_SUPPORT_OPEN_FILES_HPP

// What this process holds, as the system counts it. Elsewhere than on Linux
// nothing is counted, and comparisons hold trivially.

#include <cstddef>
#include <filesystem>
#include <iterator>

namespace oms::test {

inline std::size_t count_entries([[maybe_unused]] char const* directory) {
#if defined(__linux__)
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(directory), std::filesystem::directory_iterator()));
#else
    return 0;
#endif
}

inline std::size_t open_files() {
    return count_entries("/proc/self/fd");
}
inline std::size_t threads() {
    return count_entries("/proc/self/task");
}

}  // namespace oms::test

#endif
