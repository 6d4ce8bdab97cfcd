# SPDX-License-Identifier: BSL-1.0
# What the package tests have in common.
cmake_minimum_required(VERSION 3.25)

# Runs a command and ends the test where it fails.
function(run)
    list(JOIN ARGN " " line)
    message(STATUS "${line}")
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "failed (${status}): ${line}")
    endif()
endfunction()

# Configures and builds a project from nothing with the compiler under test.
function(build_project source tree)
    file(REMOVE_RECURSE ${tree})
    run(${CMAKE_COMMAND} -S ${source} -B ${tree} -G ${GENERATOR}
        -D CMAKE_CXX_COMPILER=${CXX} -D CMAKE_BUILD_TYPE=Debug ${ARGN})
    run(${CMAKE_COMMAND} --build ${tree} --parallel)
endfunction()

# Sets `out` to what pkg-config says of an installed package: `oms`, or `oms-testing`.
function(package_flags out package)
    find_program(pkg_config NAMES pkg-config pkgconf)
    if(NOT pkg_config)
        message(FATAL_ERROR "pkg-config is missing: cmake/install-dependencies test")
    endif()
    file(GLOB_RECURSE pc ${PREFIX}/oms.pc)
    cmake_path(GET pc PARENT_PATH pc_dir)
    set(ENV{PKG_CONFIG_PATH} ${pc_dir})
    execute_process(COMMAND ${pkg_config} --cflags --libs ${package}
        OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(found UNIX_COMMAND "${found}")
    set(${out} ${found} PARENT_SCOPE)
endfunction()
