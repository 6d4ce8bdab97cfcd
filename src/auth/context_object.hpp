// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_CONTEXT_OBJECT_HPP
#define OMS_AUTH_CONTEXT_OBJECT_HPP

// A source of credentials may serve clients of several execution contexts, and
// outlive each. What it does in one of them lives there, owned by the context
// and only known to the source, and lets go of it when the context goes.

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace oms::auth {

class context_object {
public:
    virtual ~context_object() = default;
    /// The context goes: keeps nothing of it. No handler of the context runs beside or after this.
    virtual void leave_context() noexcept = 0;
};

/// Makes the context's list of objects; they let go of it after whatever watches the context from now on.
void prepare_context_objects(boost::asio::any_io_executor const& executor);

/// Keeps it until it leaves, or the context goes. False: the context goes already.
bool add_to_context(boost::asio::any_io_executor const& executor, std::shared_ptr<context_object> r);
void remove_from_context(boost::asio::any_io_executor const& executor, context_object const& r) noexcept;

}  // namespace oms::auth

#endif
