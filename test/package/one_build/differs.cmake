# SPDX-License-Identifier: BSL-1.0
# A program, and a shared library of a user's, whose setting is not the library's; and a library that shares it.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

must(${compile} ${CMAKE_CURRENT_LIST_DIR}/probe.cpp -o ${NAME}.o)
foreach(library IN ITEMS ${STATIC} ${SHARED})
    must_name(${NAME} ${CXX} -Wl,--gc-sections ${NAME}.o ${library} -o ${NAME})
    must(${CXX} -shared ${NAME}.o ${library} -o ${NAME}.so)
    cmake_path(GET library PARENT_PATH directory)
    set(ENV{LD_LIBRARY_PATH} ${directory})
    must_name(${NAME} ${LOADER} ./${NAME}.so)
endforeach()

must(${compile} ${SOURCE}/src/api/one_build.cpp -o ${NAME}_library.o)
must(${CXX} ${NAME}.o ${NAME}_library.o -o ${NAME})
must(./${NAME})
