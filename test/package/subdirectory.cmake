# SPDX-License-Identifier: BSL-1.0
# A consumer that has the source tree inside its own, by FetchContent, compiles several files at a time, links the library
# shared, and installs it with what is its own: what the consumer lacks is not exported.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

set(project ${CMAKE_CURRENT_LIST_DIR}/subdirectory)
build_project(${project} ${WORK} -D OMS_SOURCE=${SOURCE} -D OMS_FETCHED=ON -D OMS_INSTALL=ON -D BUILD_SHARED_LIBS=ON
    -D CMAKE_UNITY_BUILD=ON -D CMAKE_CXX_FLAGS_DEBUG=-O0)
run(${WORK}/consumer)
file(REMOVE_RECURSE ${PREFIX})
run(${CMAKE_COMMAND} --install ${WORK} --prefix ${PREFIX})

# One that has it by add_subdirectory, and says nothing of how its libraries are.
file(REMOVE_RECURSE ${WORK}-silent)
run(${CMAKE_COMMAND} -S ${project} -B ${WORK}-silent -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${CXX} -D OMS_SOURCE=${SOURCE})
