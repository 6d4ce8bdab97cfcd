// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_RESIDENCE_HPP
#define OMS_AUTH_RESIDENCE_HPP

// A source of credentials may serve clients of several execution contexts, and
// outlive each. What it does in one of them lives there, owned by the context
// and only known to the source, and lets go of it when the context goes.

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace oms::auth {

class resident {
public:
    virtual ~resident() = default;
    /// The context goes: keeps nothing of it. No handler of the context runs beside or after this.
    virtual void evict() noexcept = 0;
};

/// Makes the context's list of residents; it is evicted after whatever watches the context from now on.
void prepare_residence(boost::asio::any_io_executor const& executor);

/// Keeps it until it leaves, or the context goes. False: the context goes already.
bool move_in(boost::asio::any_io_executor const& executor, std::shared_ptr<resident> r);
void move_out(boost::asio::any_io_executor const& executor, resident const& r) noexcept;

}  // namespace oms::auth

#endif
