# SPDX-License-Identifier: BSL-1.0
# What every target of our own has in common; nothing of it reaches a user's targets.

function(oms_target name)
    target_compile_features(${name} PRIVATE cxx_std_20)
    set_target_properties(${name} PROPERTIES
        CXX_EXTENSIONS OFF
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON)
    target_compile_options(${name} PRIVATE
        -Wall -Wextra -Wpedantic -Wshadow -Wconversion
        $<$<BOOL:${OMS_WERROR}>:-Werror>)
    if(OMS_SANITIZE)
        target_compile_options(${name} PRIVATE
            -fsanitize=${OMS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
        target_link_options(${name} PRIVATE -fsanitize=${OMS_SANITIZE})
    endif()
endfunction()
