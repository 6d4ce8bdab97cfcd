# SPDX-License-Identifier: BSL-1.0
# Installs this build, and moves what was installed: nothing in it may know where it was.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

file(REMOVE_RECURSE ${WORK} ${PREFIX})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK})
file(RENAME ${WORK} ${PREFIX})

foreach(file IN ITEMS omsConfig.cmake omsTargets.cmake oms.pc)
    file(GLOB_RECURSE found ${PREFIX}/${file})
    if(NOT found)
        message(FATAL_ERROR "${file} was not installed")
    endif()
    file(READ ${found} text)
    foreach(place IN ITEMS ${SOURCE} ${WORK})
        # Not as the end of another path: the tree may be anywhere, in /oms, too.
        string(REGEX REPLACE "([][+.*()^$?\\|])" "\\\\\\1" literal "${place}")
        if(text MATCHES "(^|-[IL]|[^A-Za-z0-9_.}-])${literal}/")
            message(FATAL_ERROR "${file} names ${place}")
        endif()
    endforeach()
endforeach()
