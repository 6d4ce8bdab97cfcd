// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_SURROUNDINGS_HPP
#define OMS_TRANSPORT_SURROUNDINGS_HPP

// Where the clients of an execution context live instead of the real world: in
// a time and a network of somebody's own. It belongs to the context, so that a
// client is made there as anywhere.

#include "transport/clock.hpp"
#include "transport/dialer.hpp"

#include <oms/detail/export.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <memory>

namespace oms::transport {

class surroundings {
public:
    virtual ~surroundings() = default;
    virtual std::unique_ptr<clock> make_clock() = 0;
    /// @param secure  Whether TLS would protect what it opens.
    virtual std::shared_ptr<dialer> make_dialer(bool secure) = 0;
    /// The context goes, after the clients' part of it: keeps no handler.
    virtual void leave_context() noexcept = 0;
};

/// For clients that are made in this context from now on. False: it has others already.
OMS_DECL bool surround(boost::asio::execution_context& context, std::shared_ptr<surroundings> by);
/// Null: the real world.
std::shared_ptr<surroundings> surroundings_of(boost::asio::any_io_executor const& executor);

}  // namespace oms::transport

#endif
