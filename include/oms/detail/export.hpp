// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_DETAIL_EXPORT_HPP
#define OMS_DETAIL_EXPORT_HPP

// Marks what the shared library exports; everything else stays hidden.
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
