# SPDX-License-Identifier: BSL-1.0
# Fails where a static library was built with NDEBUG: nothing in it could end by a failed assertion.
#
# Takes NM and LIBRARY.
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND ${NM} -u ${LIBRARY} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "U __assert_fail" asserting "${symbols}")
list(LENGTH asserting count)
if(count EQUAL 0)
    message(FATAL_ERROR "${LIBRARY} asserts nothing: it was built with NDEBUG. The suites need it without.")
endif()
message(STATUS "${count} object files assert")
