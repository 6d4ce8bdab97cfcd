// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_RESOLVER_HPP
#define OMS_RESOLVER_HPP

/// @file
/// A seam for programs that look names up in their own way.

#include <oms/detail/export.hpp>
#include <oms/error.hpp>

#include <boost/asio/ip/address.hpp>

#include <functional>
#include <string>
#include <vector>

namespace oms {

/// Looks host names up. Shared by any number of clients and threads.
///
/// The client asks once at a time for a host and keeps the answer for a while;
/// addresses written as numbers never come here.
class OMS_DECL host_resolver {
public:
    /// Takes the addresses in the order of preference. Called once, from any thread, also inside `async_resolve`.
    /// A failure's code may be of any category; `errc::host_not_found` says that asking again is of no use.
    using handler = std::function<void(error_code, std::vector<boost::asio::ip::address>)>;

    virtual ~host_resolver();

    /// Looks one host up. Called on the client's executor with no lock held.
    /// What it throws fails the look-up with `errc::resolve_failed`.
    virtual void async_resolve(std::string host, handler done) = 0;
};

}  // namespace oms

#endif
