# SPDX-License-Identifier: BSL-1.0
# Fails where a public header includes, directly or not, what users should not pay for.
#
# Takes CXX, INCLUDE, BOOST_INCLUDE, HEADERS (by commas) and DIR, a directory to work in.
cmake_minimum_required(VERSION 3.25)

# Sets `closure` to all files that a header pulls in, and `out` to the forbidden ones among them.
function(forbidden_of header out)
    set(source ${DIR}/closure.cpp)
    file(WRITE ${source} "#include <${header}>\n")
    execute_process(
        COMMAND ${CXX} -std=c++20 -M -I${INCLUDE} -I${BOOST_INCLUDE} ${source}
        OUTPUT_VARIABLE rule ERROR_VARIABLE errors RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${header}:\n${errors}")
    endif()
    string(REGEX MATCHALL "[^ \n\\]+\\.(hpp|h|ipp)" files "${rule}")
    set(closure ${files} PARENT_SCOPE)
    list(FILTER files INCLUDE REGEX "/boost/(beast|json|asio/ssl)[/.]|/openssl/")
    set(${out} ${files} PARENT_SCOPE)
endfunction()

# What must be noticed is noticed.
foreach(canary IN ITEMS boost/beast/core/error.hpp boost/json/fwd.hpp boost/asio/ssl/verify_mode.hpp openssl/ssl.h)
    forbidden_of(${canary} files)
    if(NOT files)
        message(FATAL_ERROR "<${canary}> passed: this check sees nothing")
    endif()
endforeach()

string(REPLACE "," ";" headers "${HEADERS}")
set(violations "")
foreach(header IN LISTS headers)
    forbidden_of(${header} files)
    if(files)
        list(JOIN files "\n  " files)
        string(APPEND violations "<${header}> includes\n  ${files}\n")
    endif()
    # Where a type of Asio's is, the library's build and the program's have to agree on it.
    if(closure MATCHES "/boost/asio/" AND NOT closure MATCHES "/oms/detail/one_build\\.hpp")
        string(APPEND violations "<${header}> includes Asio and not <oms/detail/one_build.hpp>\n")
    endif()
endforeach()
if(violations)
    message(FATAL_ERROR "${violations}")
endif()
list(LENGTH headers count)
message(STATUS "${count} headers are clean")
