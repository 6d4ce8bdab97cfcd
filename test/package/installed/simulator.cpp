// SPDX-License-Identifier: BSL-1.0
// A program that has the installed simulator.

#include "../stop_one.hpp"

#include <iostream>

int main() {
    bool const stopped = stop_one();
    std::cout << "oms " << oms::version() << (stopped ? ": stopped\n" : ": not stopped\n");
    return stopped ? 0 : 1;
}
