# SPDX-License-Identifier: BSL-1.0
# What must not compile does not, and the first error says why in words of the library's own, or names the function.
#
# Takes CXX, INCLUDE, BOOST_INCLUDE and SOURCE.
cmake_minimum_required(VERSION 3.25)

function(oms_compile expected)
    execute_process(
        COMMAND ${CXX} -std=c++20 ${ARGN} -fsyntax-only -I ${INCLUDE} -I ${BOOST_INCLUDE} ${SOURCE}
        RESULT_VARIABLE result ERROR_VARIABLE said OUTPUT_QUIET)
    if(expected STREQUAL "")
        if(NOT result EQUAL 0)
            message(FATAL_ERROR "what should compile does not (${ARGN}):\n${said}")
        endif()
        return()
    endif()
    string(REGEX MATCH "error: [^\n]*" first "${said}")
    if(result EQUAL 0 OR NOT first MATCHES "${expected}")
        message(FATAL_ERROR "${ARGN}: expected an error with \"${expected}\", got \"${first}\"")
    endif()
    message(STATUS "${ARGN}: ${first}")
endfunction()

oms_compile("")
oms_compile("oms needs C\\+\\+20" -std=c++17)
oms_compile("oms needs Asio's concepts" -DBOOST_ASIO_DISABLE_CONCEPTS)
oms_compile("a source is an input range of oms::task_ref" -DOMS_CASE=1)
oms_compile("a source is an input range of oms::task_ref" -DOMS_CASE=2)
oms_compile("this source cannot be copied; give it by std::move" -DOMS_CASE=3)
oms_compile("this operation's failure is its code alone" -DOMS_CASE=4)
oms_compile("deleted.*failure_limit" -DOMS_CASE=5)
oms_compile("deleted.*failure_limit" -DOMS_CASE=6)
oms_compile("unlimited" -DOMS_CASE=7)
oms_compile("unlimited" -DOMS_CASE=8)
