# SPDX-License-Identifier: BSL-1.0
# Install rules, the CMake package and the pkg-config files.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# What a program needs at run time is the component `runtime`, the programs are `tools`; all else is this:
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME development)

install(TARGETS oms oms_testing
    EXPORT omsTargets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Programs to copy; `cmake -S` builds them where they are installed.
install(FILES
    ${PROJECT_SOURCE_DIR}/example/CMakeLists.txt
    ${PROJECT_SOURCE_DIR}/example/bulk_stop.cpp
    ${PROJECT_SOURCE_DIR}/example/callback_style.cpp
    ${PROJECT_SOURCE_DIR}/example/cancel_and_timeout.cpp
    ${PROJECT_SOURCE_DIR}/example/future_style.cpp
    ${PROJECT_SOURCE_DIR}/example/hello_stop.cpp
    ${PROJECT_SOURCE_DIR}/example/logging_spdlog.cpp
    ${PROJECT_SOURCE_DIR}/example/metrics_prometheus.cpp
    ${PROJECT_SOURCE_DIR}/example/own_credentials.cpp
    ${PROJECT_SOURCE_DIR}/example/own_source.cpp
    ${PROJECT_SOURCE_DIR}/example/prometheus_page.hpp
    ${PROJECT_SOURCE_DIR}/example/show_and_list.cpp
    ${PROJECT_SOURCE_DIR}/example/stop_many.cpp
    ${PROJECT_SOURCE_DIR}/example/tracing.cpp
    ${PROJECT_SOURCE_DIR}/example/unit_test.cpp
    ${PROJECT_SOURCE_DIR}/example/yield_style.cpp
    DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/example/stop_service DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/oms)
install(EXPORT omsTargets NAMESPACE oms:: DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/omsConfig.cmake.in omsConfig.cmake
    INSTALL_DESTINATION ${package_dir}
    NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a new minor version may break users; from then on a new major version.
write_basic_package_version_file(omsConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/omsConfig.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/omsConfigVersion.cmake
    DESTINATION ${package_dir})

# Users of the static library link what it needs; of the shared one, nothing more. The simulator is always static.
set(pc_cflags "")
set(pc_static_libs " -lboost_json -lboost_container -pthread")
if(BUILD_SHARED_LIBS)
    set(pc_testing_requires ", openssl >= 3.0")
    set(pc_testing_libs "${pc_static_libs}")
else()
    set(pc_cflags " -DOMS_STATIC")
    set(pc_requires "openssl >= 3.0, yaml-cpp >= 0.7")
    set(pc_libs "${pc_static_libs}")
endif()
get_target_property(boost_include Boost::headers INTERFACE_INCLUDE_DIRECTORIES)
if(NOT boost_include IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
    string(APPEND pc_cflags " -I${boost_include}")
    cmake_path(GET Boost_DIR PARENT_PATH boost_lib)
    cmake_path(GET boost_lib PARENT_PATH boost_lib)
    string(PREPEND pc_libs " -L${boost_lib}")
endif()
# Relative to the file itself, so that an installed tree may be moved.
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
    BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE pc_prefix)
foreach(package oms oms-testing)
    configure_file(${CMAKE_CURRENT_LIST_DIR}/${package}.pc.in ${package}.pc @ONLY)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${package}.pc DESTINATION ${pc_dir})
endforeach()

# Packages of Debian have the shared library.
if(PROJECT_IS_TOP_LEVEL AND BUILD_SHARED_LIBS)
    include(${CMAKE_CURRENT_LIST_DIR}/oms_packages.cmake)
endif()
