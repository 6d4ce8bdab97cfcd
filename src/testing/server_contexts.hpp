// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_SERVER_CONTEXTS_HPP
#define OMS_TESTING_SERVER_CONTEXTS_HPP

// What the server shows who it is by: its certificate, and the bad ones.

#include "testing/certificate.hpp"
#include "testing/tls_session.hpp"

#include <oms/testing/connect_fault.hpp>

#include <memory>

namespace oms::testing {

class server_contexts {
public:
    /// @throws std::runtime_error
    explicit server_contexts(identity root, http_versions spoken = http_versions::http_1_1);

    SSL_CTX& usual() const noexcept { return *usual_; }
    /// A new one. Sessions of the others do not resume with it.
    /// @throws std::runtime_error
    std::shared_ptr<SSL_CTX> make(bad_certificate which) const;

private:
    identity const root_;
    http_versions const spoken_;
    ssl_ctx_ptr const usual_;
};

}  // namespace oms::testing

#endif
