// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_DETAIL_ONE_BUILD_HPP
#define OMS_DETAIL_ONE_BUILD_HPP

// A program and the library it links compile the same of Asio's types each for itself. What changes these types has to
// be the same in both, or they link and then crash: so the library defines one symbol for each setting, named for the
// value that it was built with, and whatever includes this refers to the symbols of its own values. Where they differ,
// an executable does not link, and a shared library does not load, for the lack of `oms_built_without_rtti`, say.
//
// Data, for the loader resolves functions as late as they are called.

#include <oms/detail/export.hpp>

#include <boost/asio/detail/config.hpp>
#include <boost/version.hpp>
#include <cstddef>

#define OMS_DETAIL_PASTE(a, b) a##b
#define OMS_DETAIL_CONCAT(a, b) OMS_DETAIL_PASTE(a, b)

// The number, patch releases included, as in the names of Boost's own libraries.
#define OMS_DETAIL_BOOST OMS_DETAIL_CONCAT(oms_built_with_boost_, BOOST_VERSION)

// How an executor tells its target's type.
#ifdef BOOST_ASIO_NO_TYPEID
#    define OMS_DETAIL_RTTI oms_built_without_rtti
#else
#    define OMS_DETAIL_RTTI oms_built_with_rtti
#endif

// What a thread keeps of an exception.
#ifdef BOOST_ASIO_NO_EXCEPTIONS
#    define OMS_DETAIL_EXCEPTIONS oms_built_without_exceptions
#else
#    define OMS_DETAIL_EXCEPTIONS oms_built_with_exceptions
#endif

// Mutexes that lock nothing.
#ifdef BOOST_ASIO_HAS_THREADS
#    define OMS_DETAIL_THREADS oms_built_with_threads
#else
#    define OMS_DETAIL_THREADS oms_built_without_threads
#endif

// Where a thread finds what it is running.
#ifdef BOOST_ASIO_HAS_THREAD_KEYWORD_EXTENSION
#    define OMS_DETAIL_THREAD_KEYWORD oms_built_with_thread_keyword
#else
#    define OMS_DETAIL_THREAD_KEYWORD oms_built_without_thread_keyword
#endif

// What a socket is.
#if defined(BOOST_ASIO_HAS_IO_URING_AS_DEFAULT)
#    define OMS_DETAIL_REACTOR oms_built_with_io_uring
#elif defined(BOOST_ASIO_HAS_EPOLL)
#    define OMS_DETAIL_REACTOR oms_built_with_epoll
#else
#    define OMS_DETAIL_REACTOR oms_built_without_epoll
#endif

// How a reactor is woken: by another thread, and, with epoll alone, by its timers.
#ifdef BOOST_ASIO_HAS_EVENTFD
#    define OMS_DETAIL_EVENTFD oms_built_with_eventfd
#else
#    define OMS_DETAIL_EVENTFD oms_built_without_eventfd
#endif
#if defined(BOOST_ASIO_HAS_TIMERFD) || !defined(BOOST_ASIO_HAS_EPOLL)
#    define OMS_DETAIL_TIMERFD oms_built_with_timerfd
#else
#    define OMS_DETAIL_TIMERFD oms_built_without_timerfd
#endif

// What each operation carries besides.
#if defined(BOOST_ASIO_CUSTOM_HANDLER_TRACKING)
#    define OMS_DETAIL_TRACKING oms_built_with_custom_handler_tracking
#elif defined(BOOST_ASIO_ENABLE_HANDLER_TRACKING)
#    define OMS_DETAIL_TRACKING oms_built_with_handler_tracking
#else
#    define OMS_DETAIL_TRACKING oms_built_without_handler_tracking
#endif

// Who takes an operation's memory back, and how many blocks a thread keeps.
#ifdef BOOST_ASIO_DISABLE_SMALL_BLOCK_RECYCLING
#    define OMS_DETAIL_SMALL_BLOCKS oms_built_without_small_block_recycling
#else
#    define OMS_DETAIL_SMALL_BLOCKS oms_built_with_small_block_recycling
#endif
#ifdef BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE
#    define OMS_DETAIL_CACHE \
        OMS_DETAIL_CONCAT(oms_built_with_recycling_cache_of_, BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE)
#else
#    define OMS_DETAIL_CACHE oms_built_with_recycling_cache_of_2
#endif
#ifdef BOOST_ASIO_HAS_STD_ALIGNED_ALLOC
#    define OMS_DETAIL_ALIGNED_ALLOC oms_built_with_aligned_alloc
#else
#    define OMS_DETAIL_ALIGNED_ALLOC oms_built_without_aligned_alloc
#endif

// What `any_io_executor` is.
#ifdef BOOST_ASIO_USE_TS_EXECUTOR_AS_DEFAULT
#    define OMS_DETAIL_TS_EXECUTOR oms_built_with_ts_executor_as_default
#else
#    define OMS_DETAIL_TS_EXECUTOR oms_built_without_ts_executor_as_default
#endif

// Checks in iterators and containers, and those that a buffer carries for them.
#ifdef _GLIBCXX_DEBUG
#    define OMS_DETAIL_GLIBCXX_DEBUG oms_built_with_glibcxx_debug
#else
#    define OMS_DETAIL_GLIBCXX_DEBUG oms_built_without_glibcxx_debug
#endif
#if defined(BOOST_ASIO_ENABLE_BUFFER_DEBUGGING) || \
    (defined(_GLIBCXX_DEBUG) && !defined(BOOST_ASIO_DISABLE_BUFFER_DEBUGGING))
#    define OMS_DETAIL_BUFFER_DEBUGGING oms_built_with_buffer_debugging
#else
#    define OMS_DETAIL_BUFFER_DEBUGGING oms_built_without_buffer_debugging
#endif

// libstdc++'s strings of before C++11.
#if defined(_GLIBCXX_USE_CXX11_ABI) && !_GLIBCXX_USE_CXX11_ABI
#    define OMS_DETAIL_STRINGS oms_built_without_cxx11_strings
#else
#    define OMS_DETAIL_STRINGS oms_built_with_cxx11_strings
#endif

// clang-format off
#define OMS_DETAIL_EACH_SETTING(apply) \
    apply(OMS_DETAIL_BOOST)            \
    apply(OMS_DETAIL_RTTI)             \
    apply(OMS_DETAIL_EXCEPTIONS)       \
    apply(OMS_DETAIL_THREADS)          \
    apply(OMS_DETAIL_THREAD_KEYWORD)   \
    apply(OMS_DETAIL_REACTOR)          \
    apply(OMS_DETAIL_EVENTFD)          \
    apply(OMS_DETAIL_TIMERFD)          \
    apply(OMS_DETAIL_TRACKING)         \
    apply(OMS_DETAIL_SMALL_BLOCKS)     \
    apply(OMS_DETAIL_CACHE)            \
    apply(OMS_DETAIL_ALIGNED_ALLOC)    \
    apply(OMS_DETAIL_TS_EXECUTOR)      \
    apply(OMS_DETAIL_GLIBCXX_DEBUG)    \
    apply(OMS_DETAIL_BUFFER_DEBUGGING) \
    apply(OMS_DETAIL_STRINGS)
// clang-format on

extern "C" {
#define OMS_DETAIL_DECLARE(symbol) extern OMS_DECL char const symbol;
OMS_DETAIL_EACH_SETTING(OMS_DETAIL_DECLARE)
#undef OMS_DETAIL_DECLARE
}

namespace oms::detail {

// Kept by the compiler, which sees no use of it, and by a linker that leaves out what nobody refers to.
#if defined(__has_attribute)
#    if __has_attribute(retain)
#        define OMS_DETAIL_KEPT __attribute__((used, retain))
#    endif
#endif
#ifndef OMS_DETAIL_KEPT
#    define OMS_DETAIL_KEPT __attribute__((used))
#endif

// One object a value, not one table: files of one program that differ would share the table of the first.
#define OMS_DETAIL_REFER(symbol) OMS_DETAIL_REFER_TO(symbol)
#define OMS_DETAIL_REFER_TO(symbol) OMS_DETAIL_KEPT inline char const* const needs_##symbol = &symbol;  // NOLINT
OMS_DETAIL_EACH_SETTING(OMS_DETAIL_REFER)
#undef OMS_DETAIL_REFER
#undef OMS_DETAIL_REFER_TO

}  // namespace oms::detail

#endif
