# SPDX-License-Identifier: BSL-1.0
# A consumer that finds the CMake package of an installed shared library.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

build_project(${CMAKE_CURRENT_LIST_DIR}/installed ${WORK} -D CMAKE_PREFIX_PATH=${PREFIX} -D CMAKE_CXX_FLAGS_DEBUG=-O0)
foreach(program consumer simulator_consumer)
    run(${WORK}/${program})
    file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${WORK}/${program} RESOLVED_DEPENDENCIES_VAR found POST_EXCLUDE_REGEXES "^/lib|^/usr")
    if(NOT found MATCHES "/liboms\\.so\\.[0-9]+\\.[0-9]+$")
        message(FATAL_ERROR "${program} has the library from elsewhere: ${found}")
    endif()
endforeach()
