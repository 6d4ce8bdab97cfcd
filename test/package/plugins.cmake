# SPDX-License-Identifier: BSL-1.0
# Two plugins of one program, each with the static library inside.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

build_project(${CMAKE_CURRENT_LIST_DIR}/plugins ${WORK} -D CMAKE_PREFIX_PATH=${PREFIX} -D CMAKE_CXX_FLAGS_DEBUG=-O0)
run(${WORK}/host ${WORK}/libone.so ${WORK}/libother.so)
