# SPDX-License-Identifier: BSL-1.0

# oms_find_clang(<out>): the newest clang++ that is 16 or newer, or the one without a version in its name.
function(oms_find_clang out)
    foreach(version RANGE 30 16 -1)
        list(APPEND names clang++-${version})
    endforeach()
    find_program(found NAMES ${names} clang++ NO_CACHE)
    set(${out} ${found} PARENT_SCOPE)
endfunction()
