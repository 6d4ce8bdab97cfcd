// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_COROUTINE_HPP
#define STOP_SERVICE_COROUTINE_HPP

// What all coroutines here have in common.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

namespace stop_service {

/// Results as values: what fails on the network is nothing exceptional.
inline constexpr auto use_tuple = boost::asio::as_tuple(boost::asio::use_awaitable);

/// The end of a coroutine that nobody awaits. What it throws leaves `run()` and ends the program, whose next start
/// takes up what it left.
inline void rethrow(std::exception_ptr const& failure) {
    if (failure) std::rethrow_exception(failure);
}

}  // namespace stop_service

#endif
