# SPDX-License-Identifier: BSL-1.0
# A consumer that asks pkg-config, as a Makefile would.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

find_program(pkg_config NAMES pkg-config pkgconf)
if(NOT pkg_config)
    message(FATAL_ERROR "pkg-config is missing: cmake/install-dependencies test")
endif()
file(GLOB_RECURSE pc ${PREFIX}/oms.pc)
cmake_path(GET pc PARENT_PATH pc_dir)
set(ENV{PKG_CONFIG_PATH} ${pc_dir})
execute_process(COMMAND ${pkg_config} --cflags --libs oms
    OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${flags}")

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
run(${CXX} -std=c++20 ${CMAKE_CURRENT_LIST_DIR}/consumer.cpp -o ${WORK}/consumer ${flags})
run(${WORK}/consumer)
