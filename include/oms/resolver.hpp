// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_RESOLVER_HPP
#define OMS_RESOLVER_HPP

/// @file
/// A seam for programs that look names up in their own way.

#include <oms/detail/export.hpp>
#include <oms/detail/one_build.hpp>
#include <oms/error.hpp>

#include <boost/asio/ip/address.hpp>

#include <functional>
#include <string>
#include <vector>

namespace oms {

/// Looks host names up. Shared by any number of clients and threads.
///
/// The client asks once at a time for a host and keeps the answer for half a
/// minute; where asking again fails or takes long, the old answer serves for
/// ten. A question without an answer is asked again for whoever comes 5 s
/// later, then after 10, up to once a minute. Addresses written as numbers
/// never come here.
///
/// A client without one asks the system (`getaddrinfo`), one name after the
/// other, on a thread that Asio keeps for the execution context. Nothing can
/// interrupt that: a call that is cancelled or out of time, or whose client is
/// destroyed, completes at once all the same, but until the system has answered
/// the context has work, so that `run()` does not return, and its destructor
/// waits. A resolver of one's own leaves nothing of that kind behind: it may
/// answer, or drop its handler, at any time later, also after the client and
/// its context are gone.
class OMS_DECL host_resolver {
public:
    /// Takes the addresses in the order of preference. Called once, from any thread, also inside `async_resolve`.
    /// A failure's code may be of any category; `errc::host_not_found` says that asking again is of no use.
    using handler = std::function<void(error_code, std::vector<boost::asio::ip::address>)>;

    virtual ~host_resolver();

    /// Looks one host up. Called on the client's executor with no lock held.
    ///
    /// @param host  A host's name; never an address in numbers.
    /// @param done  Takes the addresses, or why there are none.
    ///
    /// **Cancellation.** None: a call that leaves completes without the answer, which the client keeps when it comes.
    /// **Errors.** Of any category, given to `done`: calls complete with `errc::host_not_found` for that code or an
    /// answer without addresses, else with `errc::resolve_failed`, also where `done` is dropped uncalled.
    /// **Exceptions.** What it throws fails the look-up with `errc::resolve_failed`.
    virtual void async_resolve(std::string host, handler done) = 0;
};

}  // namespace oms

#endif
