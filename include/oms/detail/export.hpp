// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_DETAIL_EXPORT_HPP
#define OMS_DETAIL_EXPORT_HPP

// What every public header begins with: what it asks of its compiler, and what marks the names that the shared library
// exports; everything else stays hidden.

#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#    error "oms needs C++20: compile with -std=c++20, or set CMAKE_CXX_STANDARD to 20."
#elif defined(BOOST_ASIO_DISABLE_CONCEPTS)
#    error "oms needs Asio's concepts: do not define BOOST_ASIO_DISABLE_CONCEPTS."
#endif
#if defined(_WIN32)
#    if defined(OMS_STATIC)
#        define OMS_DECL
#    elif defined(OMS_BUILDING)
#        define OMS_DECL __declspec(dllexport)
#    else
#        define OMS_DECL __declspec(dllimport)
#    endif
#else
#    define OMS_DECL __attribute__((visibility("default")))
#endif

#endif
