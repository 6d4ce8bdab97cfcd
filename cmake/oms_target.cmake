# SPDX-License-Identifier: BSL-1.0
# What every target of our own has in common; nothing of it reaches a user's targets.
#
# The library's files may be compiled several at a time (-DCMAKE_UNITY_BUILD=ON, which a project may have set that has
# the tree inside its own): a third of the time, for who builds once. EACH_FILE_ALONE: a target whose files may not; nor
# may a program's, in which g++ warns of what a coroutine keeps of an unnamed namespace once its file is included.

function(oms_target name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "EACH_FILE_ALONE" "" "")
    target_compile_features(${name} PRIVATE cxx_std_20)
    set_target_properties(${name} PROPERTIES
        CXX_EXTENSIONS OFF
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON)
    target_compile_options(${name} PRIVATE
        -Wall -Wextra -Wpedantic -Wshadow -Wconversion
        $<$<BOOL:${OMS_WERROR}>:-Werror>)
    if(NOT DEFINED CMAKE_UNITY_BUILD_BATCH_SIZE)
        set_target_properties(${name} PROPERTIES UNITY_BUILD_BATCH_SIZE 12)
    endif()
    get_target_property(type ${name} TYPE)
    if(arg_EACH_FILE_ALONE OR type STREQUAL "EXECUTABLE")
        set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
    endif()
    if(OMS_SANITIZE)
        target_compile_options(${name} PRIVATE
            -fsanitize=${OMS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
        target_link_options(${name} PRIVATE -fsanitize=${OMS_SANITIZE})
    endif()
endfunction()
