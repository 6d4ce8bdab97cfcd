// SPDX-License-Identifier: BSL-1.0
// Loads a shared library, and says why where that fails.

#include <dlfcn.h>

#include <cstdio>

int main(int, char** argv) {
    if (dlopen(argv[1], RTLD_LAZY) != nullptr) return 0;
    std::puts(dlerror());
    return 1;
}
