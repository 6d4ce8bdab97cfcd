# SPDX-License-Identifier: BSL-1.0
# Test programs and their suites.

# Sets `out` to the names of the suites of a source file; fails where a case is in none, for it would never run.
function(oms_suites_of source out)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    file(READ ${source} text)
    string(REGEX MATCHALL
        "\nBOOST_[A-Z_]*TEST_(SUITE_END|SUITE\\([A-Za-z0-9_]+|CASE[A-Z_]*\\([ \n]*[A-Za-z0-9_]+)" marks "${text}")
    set(depth 0)
    set(suites "")
    foreach(mark IN LISTS marks)
        if(mark MATCHES "SUITE_END")
            math(EXPR depth "${depth} - 1")
        elseif(mark MATCHES "SUITE\\((.+)")
            if(depth EQUAL 0)
                list(APPEND suites ${CMAKE_MATCH_1})
            endif()
            math(EXPR depth "${depth} + 1")
        elseif(depth EQUAL 0)
            message(FATAL_ERROR "${source}: a test case is in no suite:${mark}")
        endif()
    endforeach()
    if(NOT suites)
        message(FATAL_ERROR "${source}: no BOOST_AUTO_TEST_SUITE")
    endif()
    set(${out} ${suites} PARENT_SCOPE)
endfunction()

# oms_test_program(<kind> TIMEOUT <seconds> SUITES <file>... [SOURCES <file>...] [LIBRARIES <target>...]
#                  [PRECOMPILE <header>...] [LONGEST <suite>...] [HTTP_2 <suite>...])
#
# Makes the program `<kind>_tests`, and a test `<kind>.<suite>` for each suite of its files. PRECOMPILE: what most of
# them include, read once; each file includes what it needs all the same (-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON).
# HTTP_2: suites that are run once more over HTTP/2, as `<kind>.<suite>_http2`.
# LONGEST: suites that start before others, the longest first, so that none of them is alone at the end.
function(oms_test_program kind)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SUITES;SOURCES;LIBRARIES;PRECOMPILE;LONGEST;HTTP_2")
    set(program ${kind}_tests)
    add_executable(${program} main.cpp ${arg_SUITES} ${arg_SOURCES})
    set_source_files_properties(main.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)  # says what Boost.Test is to be
    oms_target(${program})
    target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR})
    target_compile_definitions(${program} PRIVATE BOOST_TEST_DYN_LINK)
    target_precompile_headers(${program} PRIVATE <boost/test/unit_test.hpp> ${arg_PRECOMPILE})
    # The internals are tested through the static library; its private dependencies are theirs, too.
    target_link_libraries(${program} PRIVATE
        ${arg_LIBRARIES} oms::oms Boost::unit_test_framework Boost::json OpenSSL::SSL OpenSSL::Crypto)

    set(suites "")
    foreach(source IN LISTS arg_SUITES)
        oms_suites_of(${CMAKE_CURRENT_SOURCE_DIR}/${source} found)
        list(APPEND suites ${found})
    endforeach()
    list(REMOVE_DUPLICATES suites)
    foreach(suite IN LISTS suites)
        oms_add_test(${kind}.${suite} ${arg_TIMEOUT}
            $<TARGET_FILE:${program}> --run_test=${suite} --color_output=no)
    endforeach()
    foreach(suite IN LISTS arg_HTTP_2)
        if(NOT suite IN_LIST suites)
            message(FATAL_ERROR "There is no suite ${suite} in the program ${program}")
        endif()
        oms_add_test(${kind}.${suite}_http2 ${arg_TIMEOUT}
            $<TARGET_FILE:${program}> --run_test=${suite} --color_output=no)
        oms_test_name(name ${kind}.${suite}_http2)
        # Of what is drawn by lot a third is enough a second time.
        set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT OMS_TEST_HTTP=2 OMS_BULK_SEEDS=1000)
    endforeach()
    list(LENGTH arg_LONGEST cost)
    foreach(suite IN LISTS arg_LONGEST)
        oms_test_name(name ${kind}.${suite})
        set_tests_properties(${name} PROPERTIES COST ${cost})  # fails where there is no such suite
        math(EXPR cost "${cost} - 1")
    endforeach()
endfunction()

# oms_test_name(<out> <name>): what a test is called; under sanitizers its name says so.
function(oms_test_name out name)
    if(OMS_SANITIZE)
        string(REGEX MATCH "^[a-z]+" sanitizer "${OMS_SANITIZE}")
        set(name ${sanitizer}.${name})
    endif()
    set(${out} ${name} PARENT_SCOPE)
endfunction()

# oms_add_test(<name> <seconds> <command>...): a test with a time limit. Under sanitizers it has four times as long.
function(oms_add_test name seconds)
    oms_test_name(name ${name})
    if(OMS_SANITIZE)
        math(EXPR seconds "${seconds} * 4")
    endif()
    add_test(NAME ${name} COMMAND ${ARGN})
    set_tests_properties(${name} PROPERTIES
        TIMEOUT ${seconds}
        ENVIRONMENT "ASAN_OPTIONS=detect_stack_use_after_return=1;UBSAN_OPTIONS=print_stacktrace=1")
endfunction()

# oms_require_program(<name> [<directory>...]): finds a program that the tests start, as OMS_<NAME>.
function(oms_require_program name)
    string(TOUPPER OMS_${name} variable)
    find_program(${variable} ${name} PATHS ${ARGN})
    if(NOT ${variable})
        message(FATAL_ERROR "The system tests start ${name}, which is missing: cmake/install-dependencies test")
    endif()
endfunction()

# oms_page_code(<page> <out> [<number>]): sets `out` to all C++ blocks of a page, in their order, or to the one of this
# number, from 1.
function(oms_page_code page out)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page})
    file(READ ${page} rest)
    set(opening "\n```cpp\n")
    set(code "")
    set(number 0)
    string(FIND "${rest}" "${opening}" begin)
    while(NOT begin EQUAL -1)
        math(EXPR begin "${begin} + 8")
        string(SUBSTRING "${rest}" ${begin} -1 rest)
        string(FIND "${rest}" "\n```\n" end)
        string(SUBSTRING "${rest}" 0 ${end} block)
        math(EXPR number "${number} + 1")
        if(NOT ARGN OR number IN_LIST ARGN)
            string(APPEND code "${block}\n\n")
        endif()
        string(SUBSTRING "${rest}" ${end} -1 rest)
        string(FIND "${rest}" "${opening}" begin)
    endwhile()
    if(NOT code)
        message(FATAL_ERROR "${page} has no C++ block ${ARGN}")
    endif()
    set(${out} "${code}" PARENT_SCOPE)
endfunction()

# oms_page_file(<page> <file> [<number>]): writes them into a file of the binary directory, only where they change, so
# that other edits of the page build nothing.
function(oms_page_file page file)
    oms_page_code(${page} code ${ARGN})
    file(CONFIGURE OUTPUT ${file} CONTENT "${code}" @ONLY)
endfunction()

# oms_page_tests(<name> <page> <suite>): builds all C++ blocks of a page as one file of Boost.Test, and runs its suite.
function(oms_page_tests name page suite)
    oms_page_code(${page} code)
    if(NOT code MATCHES "SUITE\\(${suite}[,)]")
        message(FATAL_ERROR "${page} has no suite ${suite}")
    endif()
    oms_page_file(${page} ${name}.cpp)
    add_executable(${name} main.cpp ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    oms_target(${name})
    target_compile_definitions(${name} PRIVATE BOOST_TEST_DYN_LINK)
    target_link_libraries(${name} PRIVATE oms::oms oms::testing Boost::unit_test_framework)
    oms_add_test(page.${suite} 120 $<TARGET_FILE:${name}> --run_test=${suite} --color_output=no)
endfunction()

# oms_page_program(<name> <page> <number>): builds one C++ block of a page, which is a whole program.
function(oms_page_program name page number)
    oms_page_file(${page} ${name}.cpp ${number})
    add_executable(${name} ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    oms_target(${name})
    target_link_libraries(${name} PRIVATE oms::oms)
endfunction()
