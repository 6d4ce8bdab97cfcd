# SPDX-License-Identifier: BSL-1.0
# Programs that are built otherwise than the library: each links and runs, or fails to and says why.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

package_flags(flags oms)
list(REMOVE_ITEM flags -loms)  # linked by its path, either way
list(JOIN flags " " libraries)
file(GLOB_RECURSE static ${PREFIX}/liboms.a)
file(GLOB_RECURSE testing ${PREFIX}/liboms_testing.a)
build_project(${CMAKE_CURRENT_LIST_DIR}/one_build ${WORK}
    -D OMS_SOURCE=${SOURCE} -D BOOST_INCLUDE=${BOOST_INCLUDE} -D OMS_CLANG=${CLANG}
    -D OMS_STATIC_LIBRARY=${static} -D OMS_SHARED_LIBRARY=${SHARED} -D OMS_TESTING_LIBRARY=${testing}
    "-DOMS_LIBRARIES=${libraries}")
