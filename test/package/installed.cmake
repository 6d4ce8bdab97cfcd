# SPDX-License-Identifier: BSL-1.0
# A consumer that finds the installed CMake package.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

build_project(${CMAKE_CURRENT_LIST_DIR}/installed ${WORK} -D CMAKE_PREFIX_PATH=${PREFIX})
run(${WORK}/consumer)
run(${WORK}/simulator_consumer)

# The examples, where they are installed.
file(GLOB_RECURSE examples ${PREFIX}/own_credentials.cpp)
cmake_path(GET examples PARENT_PATH examples)
build_project(${examples} ${WORK}-examples -D CMAKE_PREFIX_PATH=${PREFIX} -D CMAKE_CXX_FLAGS_DEBUG=-O0)
run(${WORK}-examples/own-credentials)
# One is a project of its own, which the suite has built already: whether all of it is there.
find_path(sqlite sqlite3.h)
if(sqlite)
    file(REMOVE_RECURSE ${WORK}-service)
    run(${CMAKE_COMMAND} -S ${examples}/stop_service -B ${WORK}-service -G ${GENERATOR}
        -D CMAKE_CXX_COMPILER=${CXX} -D CMAKE_PREFIX_PATH=${PREFIX})
endif()

# What the package has not is not found.
file(WRITE ${WORK}-components/CMakeLists.txt
    "cmake_minimum_required(VERSION 3.25)\nproject(p LANGUAGES CXX)\nfind_package(oms CONFIG REQUIRED COMPONENTS ssl)\n")
execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${WORK}-components -B ${WORK}-components/build -G ${GENERATOR}
        -D CMAKE_CXX_COMPILER=${CXX} -D CMAKE_PREFIX_PATH=${PREFIX}
    RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE said)
string(REGEX REPLACE "[ \n]+" " " said "${said}")
if(status EQUAL 0 OR NOT said MATCHES "oms has no component \"ssl\"")
    message(FATAL_ERROR "a component that is not there was found: ${said}")
endif()
