# SPDX-License-Identifier: BSL-1.0
# A toolchain: this machine's clang++.
include(${CMAKE_CURRENT_LIST_DIR}/oms_find_clang.cmake)
oms_find_clang(clang)
if(NOT clang)
    message(FATAL_ERROR "clang++ 16 or newer is missing: cmake/install-dependencies test")
endif()
set(CMAKE_CXX_COMPILER ${clang})
