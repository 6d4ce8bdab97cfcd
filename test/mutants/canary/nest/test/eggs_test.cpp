// SPDX-License-Identifier: BSL-1.0
#include "eggs.hpp"

#include <string_view>

int main(int argc, char** argv) {
    bool const counts = argc > 1 && std::string_view(argv[1]) == "--run_test=counts";
    bool const takes = argc > 1 && std::string_view(argv[1]) == "--run_test=takes";
    if (counts) return eggs_in(argc, 3) == 3 * argc ? 0 : 1;
    if (takes) return eggs_left(5, 7) == 0 && eggs_left(5, 1) == 4 ? 0 : 1;
    return 1;
}
