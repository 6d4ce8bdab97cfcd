# SPDX-License-Identifier: BSL-1.0
# What both kinds of programs have in common.
cmake_minimum_required(VERSION 3.25)

separate_arguments(flags UNIX_COMMAND "${FLAGS}")
set(compile ${CXX} -std=c++20 -O0 -fPIC -DOMS_STATIC ${flags} -I${SOURCE}/include -I${BOOST_INCLUDE} -c)

# must(<command>...)
function(must)
    list(JOIN ARGN " " line)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${NAME}: failed (${status}): ${line}\n${said}")
    endif()
endfunction()

# must_name(<symbol> <command>...): it fails, and says for lack of which symbol, and of no other of ours.
function(must_name symbol)
    list(JOIN ARGN " " line)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
    if(status EQUAL 0)
        message(FATAL_ERROR "${NAME}: went well: ${line}")
    endif()
    if(NOT said MATCHES "undefined (reference to|symbol:?) ['`]?${symbol}")
        message(FATAL_ERROR "${NAME}: does not name ${symbol}: ${line}\n${said}")
    endif()
endfunction()
