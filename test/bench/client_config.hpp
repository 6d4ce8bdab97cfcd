// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BENCH_CLIENT_CONFIG_HPP
#define OMS_BENCH_CLIENT_CONFIG_HPP

#include "work.hpp"

#include <oms/config.hpp>
#include <oms/credentials.hpp>

#include <string>

namespace bench {

/// A client for the work: its server, its trust and its credential; all else is the default.
inline oms::client_config client_config(options const& o) {
    oms::client_config config;
    config.endpoint = "https://localhost:" + o.port;
    config.tls.ca_file = o.ca_file;
    config.credentials = o.sign ? oms::key_credentials(std::string(access_key), std::string(secret_key))
                                : oms::token_credentials(o.token);
    config.http = o.http_2 ? oms::http_version::http_2 : oms::http_version::http_1_1;
    return config;
}

}  // namespace bench

#endif
