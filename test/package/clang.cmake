# SPDX-License-Identifier: BSL-1.0
# Builds the library and the headers alone with clang++. The examples too, and each file of the library alone and with its
# own includes alone, takes several times as long: where the environment says OMS_EACH_FILE_ALONE=ON.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

if(NOT CLANG)
    message(FATAL_ERROR "clang++ 16 or newer is missing: cmake/install-dependencies test")
endif()
execute_process(COMMAND ${CLANG} -dumpversion OUTPUT_VARIABLE version COMMAND_ERROR_IS_FATAL ANY)
if(version VERSION_LESS 16)
    message(FATAL_ERROR "${CLANG} is ${version}; 16 or newer is needed: cmake/install-dependencies test")
endif()

set(all OFF)
set(several_at_a_time ON)
if($ENV{OMS_EACH_FILE_ALONE})
    set(all ON)
    set(several_at_a_time OFF)
endif()
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${TREE} -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${CLANG} -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS_DEBUG=-O0
    -D OMS_BUILD_EXAMPLES=${all} -D CMAKE_UNITY_BUILD=${several_at_a_time}
    -D "CMAKE_DISABLE_PRECOMPILE_HEADERS=$ENV{OMS_EACH_FILE_ALONE}" -D OMS_TEST_KINDS=header -D OMS_WERROR=${WERROR})
run(${CMAKE_COMMAND} --build ${TREE} --parallel)
