# SPDX-License-Identifier: BSL-1.0
# Finds what the library needs and says what to install where it is missing.

function(oms_require_boost)
    list(JOIN ARGN ", " components)
    find_package(Boost 1.81 CONFIG QUIET COMPONENTS ${ARGN})
    if(Boost_FOUND)
        message(STATUS "Boost ${Boost_VERSION}: ${Boost_DIR} (${components})")
        return()
    endif()
    set(found "none was found")
    if(Boost_CONSIDERED_VERSIONS)
        list(JOIN Boost_CONSIDERED_VERSIONS ", " found)
        set(found "found: ${found}")
    endif()
    list(TRANSFORM ARGN REPLACE "unit_test_framework" "test" OUTPUT_VARIABLE packages)
    list(TRANSFORM packages REPLACE "(.+)" "libboost-\\1<version>-dev")
    list(JOIN packages " " packages)
    message(FATAL_ERROR
        "oms needs Boost 1.81 or newer with its CMake configuration and the libraries ${components}; ${found}.\n"
        "On Debian, `cmake/install-dependencies test` installs it; by hand: ${packages}, "
        "where <version> is 1.81 on Debian 12 and the newest packaged on later releases. "
        "Boost elsewhere: -DCMAKE_PREFIX_PATH=<where it is installed>.")
endfunction()

# Its result variables are the caller's, so it is a macro.
macro(oms_require package debian)
    find_package(${package} ${ARGN} QUIET)
    if(NOT ${package}_FOUND)
        message(FATAL_ERROR "oms needs ${package} ${ARGN}; on Debian: apt install ${debian}")
    endif()
endmacro()

oms_require_boost(json)
oms_require(OpenSSL libssl-dev 3.0)
set(THREADS_PREFER_PTHREAD_FLAG ON)
oms_require(Threads libc6-dev)
oms_require(yaml-cpp libyaml-cpp-dev 0.7)
if(NOT TARGET yaml-cpp::yaml-cpp)  # its name from 0.8 on
    add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
