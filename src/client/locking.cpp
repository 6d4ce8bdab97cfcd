// SPDX-License-Identifier: BSL-1.0
#include "client/locking.hpp"

#include <oms/config.hpp>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/version.hpp>

#if BOOST_VERSION >= 108700
#    include <boost/asio/config.hpp>
#else
#    include <boost/asio/detail/concurrency_hint.hpp>
#    include <boost/asio/detail/scheduler.hpp>
#endif

namespace oms::detail {

namespace {

// Before there was a configuration to ask, only the scheduler knew what it was told.
bool locks(boost::asio::execution_context& context) {
#if BOOST_VERSION >= 108700
    boost::asio::config const told(context);
    return told.get("scheduler", "locking", true) && told.get("reactor", "registration_locking", true) &&
           told.get("reactor", "io_locking", true);
#else
    using boost::asio::detail::scheduler;
    if (!boost::asio::has_service<scheduler>(context)) return true;
    int const hint = boost::asio::use_service<scheduler>(context).concurrency_hint();
    return BOOST_ASIO_CONCURRENCY_HINT_IS_LOCKING(SCHEDULER, hint) &&
           BOOST_ASIO_CONCURRENCY_HINT_IS_LOCKING(REACTOR_REGISTRATION, hint) &&
           BOOST_ASIO_CONCURRENCY_HINT_IS_LOCKING(REACTOR_IO, hint);
#endif
}

}  // namespace

void require_locking(boost::asio::any_io_executor const& executor) {
    if (locks(boost::asio::query(executor, boost::asio::execution::context))) return;
    throw config_error("executor",
                       "its execution context has no locks (BOOST_ASIO_CONCURRENCY_HINT_UNSAFE or UNSAFE_IO), which a "
                       "client needs: give the context a hint of 1, or none");
}

}  // namespace oms::detail
