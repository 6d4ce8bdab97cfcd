// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_NGINX_SERVER_HPP
#define OMS_TEST_SYSTEM_NGINX_SERVER_HPP

#include "system/child_process.hpp"
#include "system/temporary_directory.hpp"

#include <optional>
#include <string>

namespace oms::test {

/// nginx on a loopback port of its own, with certificates of its own.
///
/// A project's id decides what a stop of its tasks is answered:
///
/// | id begins with | reply                     |
/// | -------------- | ------------------------- |
/// | `ok`           | 200 without a body        |
/// | `bad`          | 400 with `OMS.0001`, JSON |
/// | `denied`       | 403 with `OMS.0206`, JSON |
/// | `html`         | 502 with an HTML page     |
///
/// A request without `X-Auth-Token` gets 401, and any other method or path 404
/// with `APIGW.0101`. Each reply has an `X-Request-Id`, and a connection is
/// closed after its third.
class nginx_server {
public:
    /// @throws std::runtime_error  it does not start; says what it reported.
    nginx_server();

    std::string const& endpoint() const noexcept { return endpoint_; }
    /// The root to trust.
    std::string const& ca_pem() const noexcept { return ca_pem_; }

private:
    temporary_directory directory_;
    std::string endpoint_;
    std::string ca_pem_;
    std::optional<child_process> process_;  // ends before its directory goes
};

}  // namespace oms::test

#endif
