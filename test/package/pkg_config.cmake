# SPDX-License-Identifier: BSL-1.0
# A consumer that asks pkg-config, as a Makefile would.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
package_flags(flags oms)
run(${CXX} -std=c++20 ${CMAKE_CURRENT_LIST_DIR}/consumer.cpp -o ${WORK}/consumer ${flags})
run(${WORK}/consumer)

# The simulator's brings the library along.
package_flags(flags oms-testing)
run(${CXX} -std=c++20 ${CMAKE_CURRENT_LIST_DIR}/installed/simulator.cpp -o ${WORK}/simulator_consumer ${flags})
run(${WORK}/simulator_consumer)
