# SPDX-License-Identifier: BSL-1.0
# A consumer that finds the installed CMake package.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

build_project(${CMAKE_CURRENT_LIST_DIR}/installed ${WORK} -D CMAKE_PREFIX_PATH=${PREFIX})
run(${WORK}/consumer)
run(${WORK}/simulator_consumer)
