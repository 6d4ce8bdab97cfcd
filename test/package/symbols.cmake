# SPDX-License-Identifier: BSL-1.0
# Holds what the shared library exports against what is recorded for its SONAME. Within a minor version what is there
# stays; what is new is recorded. The names of settings (`oms_built_with_…`) differ from build to build.
#
#   cmake -D LIBRARY=…/liboms.so -D NM=nm -D RECORD=ON -P test/package/symbols.cmake    records it
cmake_minimum_required(VERSION 3.25)

file(REAL_PATH ${LIBRARY} file)
string(REGEX MATCH "liboms\\.so\\.[0-9]+\\.[0-9]+" soname ${file})
set(record ${CMAKE_CURRENT_LIST_DIR}/symbols/${soname})

execute_process(COMMAND ${NM} --dynamic --defined-only --format=posix --without-symbol-versions ${file}
    OUTPUT_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" lines "${said}")
set(exported "")
foreach(line IN LISTS lines)
    string(REGEX REPLACE " .*" "" name "${line}")
    # Not the version itself; nor constants and tables that are weak, which a program compiles for itself where it needs
    # them; nor templates of others. HTTP/2 is no part of the interface: the simulator of the same build has it from here.
    if(name MATCHES "^_Z" AND NOT line MATCHES " [uV] " AND NOT name MATCHES "^_ZNK?3oms5http2"
            AND (NOT line MATCHES " W " OR name MATCHES "^_ZNK?3oms"))
        list(APPEND exported ${name})
    endif()
endforeach()
list(SORT exported)
list(REMOVE_DUPLICATES exported)

if(RECORD)
    list(JOIN exported "\n" text)
    file(WRITE ${record} "${text}\n")
    return()
endif()

file(STRINGS ${record} recorded)
set(gone ${recorded})
list(REMOVE_ITEM gone ${exported})
set(new ${exported})
list(REMOVE_ITEM new ${recorded})
if(gone OR new)
    list(JOIN gone "\n  " gone)
    list(JOIN new "\n  " new)
    message(FATAL_ERROR "${file}\ndoes not export any more:\n  ${gone}\nexports, and ${record} has not:\n  ${new}\n"
        "c++filt makes them readable. Before a release record them anew, see the head of ${CMAKE_CURRENT_LIST_FILE}; "
        "after it, what is gone asks for another minor version.")
endif()
