# SPDX-License-Identifier: BSL-1.0
# Programs that are installed.

# Where zsh looks depends on the system: Debian's own packages use share/zsh/vendor-completions.
set(OMS_ZSH_COMPLETIONS share/zsh/site-functions CACHE STRING "Where completions for zsh are installed")

# oms_tool(<program>): makes its manual page and its completions, which are what it prints itself, and installs all.
function(oms_tool program)
    foreach(made IN ITEMS "${program}.1|--manual" "${program}.bash|--completion|bash" "_${program}|--completion|zsh")
        string(REPLACE "|" ";" arguments "${made}")
        list(POP_FRONT arguments file)
        add_custom_command(OUTPUT ${file}
            COMMAND ${program} ${arguments} > ${file}
            DEPENDS ${program} VERBATIM)
        list(APPEND files ${CMAKE_CURRENT_BINARY_DIR}/${file})
    endforeach()
    add_custom_target(${program}_pages ALL DEPENDS ${files})

    if(OMS_INSTALL)
        include(GNUInstallDirs)
        set(from ${CMAKE_CURRENT_BINARY_DIR})
        install(TARGETS ${program} COMPONENT tools RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
        install(FILES ${from}/${program}.1
            COMPONENT tools DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
        install(FILES ${from}/${program}.bash RENAME ${program}
            COMPONENT tools DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
        install(FILES ${from}/_${program}
            COMPONENT tools DESTINATION ${OMS_ZSH_COMPLETIONS})
    endif()
endfunction()
