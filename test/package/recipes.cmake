# SPDX-License-Identifier: BSL-1.0
# The recipes for other builders of packages.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

file(MAKE_DIRECTORY ${WORK})
run(${PYTHON} -B ${CMAKE_CURRENT_LIST_DIR}/recipes.py ${SOURCE} ${PREFIX} ${WORK} -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${CXX})
