# SPDX-License-Identifier: BSL-1.0
# A consumer that asks pkg-config, as a Makefile would.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

package_flags(flags)
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
run(${CXX} -std=c++20 ${CMAKE_CURRENT_LIST_DIR}/consumer.cpp -o ${WORK}/consumer ${flags})
run(${WORK}/consumer)
