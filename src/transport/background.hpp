// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_BACKGROUND_HPP
#define OMS_TRANSPORT_BACKGROUND_HPP

// Where a client does what would hold up its executor, and who hears what came of it.

#include <oms/observer.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace oms::transport {

class background {
public:
    virtual ~background() = default;
    /// Runs it later, and elsewhere; or never, where the execution context goes first.
    /// @throws what keeps it from that
    virtual void run(std::function<void()> work) = 0;
    /// Tells the observer, later, where this still lives then. From any thread that runs `work`.
    virtual void warn(std::string_view code, std::string text) noexcept = 0;
};

/// On one thread for the execution context, as Asio has one for look-ups: there once it is needed, waited for by the
/// context's end, and work of the context while it is busy. The observer, which may be null, is told by the executor.
std::shared_ptr<background> make_background(boost::asio::any_io_executor executor, std::shared_ptr<observer> watcher);

}  // namespace oms::transport

#endif
