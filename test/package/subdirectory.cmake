# SPDX-License-Identifier: BSL-1.0
# A consumer that has the source tree inside its own, compiles several files at a time, and links the library shared:
# what it lacks is not exported.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

build_project(${CMAKE_CURRENT_LIST_DIR}/subdirectory ${WORK} -D OMS_SOURCE=${SOURCE} -D BUILD_SHARED_LIBS=ON
    -D CMAKE_UNITY_BUILD=ON -D CMAKE_CXX_FLAGS_DEBUG=-O0)
run(${WORK}/consumer)
# One that says nothing of how its libraries are.
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/subdirectory -B ${WORK}-silent -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${CXX} -D OMS_SOURCE=${SOURCE})
