# SPDX-License-Identifier: BSL-1.0
# Run by CPack where all is installed and nothing packed: each package gets its copyright and its changelog, and what
# Debian has compressed is compressed.
cmake_minimum_required(VERSION 3.25)

# Replaces a file by its compressed form, which says neither when nor from what it was made.
function(compress)
    execute_process(COMMAND gzip -9nf ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
string(TIMESTAMP year "%Y" UTC)
file(READ ${CPACK_OMS_SOURCE}/LICENSE license)

set(packages ${CPACK_OMS_PACKAGES})
while(packages)
    list(POP_FRONT packages component package)
    set(tree ${CPACK_TEMPORARY_DIRECTORY}/${component}${CPACK_PACKAGING_INSTALL_PREFIX})
    set(about ${tree}/share/doc/${package})
    file(REMOVE ${about}/LICENSE)  # is in the copyright

    set(copyright "Copyright (C) ${year} those who have contributed to oms\n\n${license}")
    if(component STREQUAL "tools")
        # Headers that are compiled into oms-stop, and ask to be named beside it.
        file(READ ${CPACK_OMS_CLI11_COPYRIGHT} cli11)
        string(APPEND copyright "\n\noms-stop contains CLI11, of which the following is said:\n\n${cli11}")
    endif()
    file(WRITE ${about}/copyright "${copyright}")

    file(WRITE ${about}/changelog.Debian
        "oms (${CPACK_OMS_VERSION}) unstable; urgency=medium\n\n"
        "  * This version; changelog.gz says what is new.\n\n"
        " -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
    file(COPY_FILE ${CPACK_OMS_SOURCE}/CHANGELOG.md ${about}/changelog)
    file(GLOB pages ${tree}/share/man/man1/*.1)
    compress(${about}/changelog ${about}/changelog.Debian ${pages})
endwhile()
