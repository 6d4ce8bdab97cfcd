# SPDX-License-Identifier: BSL-1.0
# Debian's packages, by CPack: liboms0.2, liboms-dev and oms-tools. `cmake/packages` builds them.

set(OMS_PACKAGE_CONTACT "The maintainers of oms <maintainers@oms.invalid>" CACHE STRING
    "Who answers for the packages: name and address")
set(OMS_PACKAGE_RELEASE 1 CACHE STRING "Which packages of this version they are, as 1 or 1~deb12")

set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_NAME oms)
set(CPACK_PACKAGE_CONTACT "${OMS_PACKAGE_CONTACT}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each description begins with one
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# One package for each component.
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL runtime development tools)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SOURCE oms)
set(CPACK_DEBIAN_PACKAGE_RELEASE "${OMS_PACKAGE_RELEASE}")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/src)
# A program that is linked against this version may need what it has and an earlier one of the same name has not.
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")

set(library liboms${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(version ${PROJECT_VERSION}-${OMS_PACKAGE_RELEASE})
string(CONCAT about
    "It stops, shows, lists and starts tasks of the cloud's Object Storage Migration\n"
    "Service, one by one and many at once, and says of each what became of it:\n"
    "stopped, refused, never sent, or unknown.")

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME ${library})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
file(WRITE ${PROJECT_BINARY_DIR}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/triggers)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
    "asynchronous client library for Huawei Cloud's OMS\n${about}\n\nThis package has the shared library.")

# Headers need Boost's, of the version that the library was built with. The CMake package and the simulator, which is
# static, need the rest.
get_target_property(boost Boost::headers INTERFACE_INCLUDE_DIRECTORIES)
file(STRINGS ${boost}/boost/version.hpp boost REGEX "#define BOOST_LIB_VERSION ")
string(REGEX REPLACE ".*\"([0-9]+)_([0-9]+).*" "\\1.\\2" boost "${boost}")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME liboms-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
string(JOIN ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "${library} (= ${version})" libboost${boost}-dev libboost-json${boost}-dev "libssl-dev (>= 3.0)"
    "libyaml-cpp-dev (>= 0.7)")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "cmake, oms-tools, pkgconf")
string(CONCAT CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "asynchronous client library for Huawei Cloud's OMS (development files)\n${about}\n\n"
    "This package has the headers, the simulator of the service for tests, the CMake\n"
    "package, the files of pkg-config, and examples.")

set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME oms-tools)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS "${library} (>= ${version})")
set(CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS ca-certificates)
string(CONCAT CPACK_COMPONENT_TOOLS_DESCRIPTION
    "stop tasks of Huawei Cloud's OMS, and account for each\n"
    "oms-stop stops tasks of the cloud's Object Storage Migration Service: those\n"
    "that it is told, that a file holds, or all that run in some projects. It keeps\n"
    "a report that survives a crash, and starts again what it stopped.\n\n"
    "oms-simulator plays the service on loopback, to rehearse with.")

# What Debian asks of each package besides.
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/oms_package_files.cmake)
set(CPACK_OMS_SOURCE ${PROJECT_SOURCE_DIR})
set(CPACK_OMS_VERSION ${version})
find_file(CLI11_COPYRIGHT doc/libcli11-dev/copyright PATHS /usr/share)
mark_as_advanced(CLI11_COPYRIGHT)
set(CPACK_OMS_CLI11_COPYRIGHT "${CLI11_COPYRIGHT}")
foreach(component runtime development tools)
    string(TOUPPER ${component} name)
    list(APPEND CPACK_OMS_PACKAGES ${component} ${CPACK_DEBIAN_${name}_PACKAGE_NAME})
endforeach()
include(CPack)
