// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_TLS_RELOADER_HPP
#define OMS_TRANSPORT_TLS_RELOADER_HPP

// The TLS context that a dial uses: another one once certificates, keys or roots have changed in their files. The files
// are looked at when somebody dials, and read in the background; whoever dials meanwhile uses the old ones. A context's
// sessions go with it, so that none is offered to a server that is trusted for another reason, or by another client.

#include "policy/file_watch.hpp"
#include "transport/background.hpp"
#include "transport/system_roots.hpp"
#include "transport/tls_context.hpp"

#include <oms/config.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace oms::transport {

class tls_reloader : public std::enable_shared_from_this<tls_reloader> {
public:
    using time_point = policy::file_watch::time_point;

    /// @throws config_error    names the option that is wrong
    /// @throws std::bad_alloc
    explicit tls_reloader(tls_options const& options);

    /// For a dial that begins now.
    /// @param by  Of the client that dials.
    std::shared_ptr<tls_context> current(time_point now, std::shared_ptr<background> const& by) noexcept;

private:
    class reading;
    using stamps = policy::file_watch::stamps;

    stamps look() const;
    void begin_reading(std::shared_ptr<background> const& by);
    std::shared_ptr<tls_context> read(stamps const& found) const;
    void end_reading(policy::file_watch::end how, std::shared_ptr<tls_context> fresh, background* by,
                     std::string text) noexcept;
    std::string names_of_changed(stamps const& found) const;

    system_places const places_;
    std::vector<std::string> files_;  // empty: there are none that could change
    tls_options options_;             // only where there are some

    mutable std::mutex mutex_;
    policy::file_watch watch_;
    std::shared_ptr<tls_context> context_;
};

/// Gives each dial its context.
using tls_source = std::function<std::shared_ptr<tls_context>()>;

}  // namespace oms::transport

#endif
